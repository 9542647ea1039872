using System.Text;
using Hybrid.Federation.Remote;
using Hybrid.Federation.Tests.Support;
using Hybrid.Primitives;
using Hybrid.Rooms.Directory;

namespace Hybrid.Federation.Tests.Remote;

/// <summary>Peers that answer queries with what they like.</summary>
public sealed class HostileAnswerTests
{
    static readonly ServerName Peer = ServerName.Parse("peer.test");

    readonly ScriptedPeers _peers = new();

    [Theory]
    [InlineData("[]")]
    [InlineData("no JSON")]
    [InlineData("{}")]
    [InlineData("""{"room_id":7}""")]
    [InlineData("""{"room_id":"nonsense"}""")]
    [InlineData("""{"room_id":"!a:\ud800"}""")]
    public async Task An_alias_without_a_room_is_no_answer(string body)
    {
        Answer(body);

        var refused = (await Aliases().ResolveAsync(RoomAlias.Parse("#a:peer.test"), default)).Error!;

        Assert.Equal((502, "M_UNKNOWN"), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task Of_an_aliases_servers_those_count_that_can_be()
    {
        Answer("""{"room_id":"!a:b","servers":["x.test",7,"not a name","x.test",null]}""");
        Assert.Equal(["x.test"], (await Aliases().ResolveAsync(RoomAlias.Parse("#a:peer.test"), default)).Value.Servers.Select(static server => server.Value));
        Answer("""{"room_id":"!a:b","servers":{} }""");
        Assert.Equal([Peer], (await Aliases().ResolveAsync(RoomAlias.Parse("#a:peer.test"), default)).Value.Servers);
    }

    [Fact]
    public async Task Profiles_have_only_what_clients_can_read()
    {
        Answer("""{"displayname":7,"avatar_url":null,"m.tz":{},"org.x":{"a":[1]},"org.null":null}""");

        var profile = (await Profiles().FindAsync(UserId.Parse("@a:peer.test"), default)).Value;

        Assert.Equal("org.x", Assert.Single(profile.Fields).Key);
        Assert.Equal("""{"a":[1]}""", profile.Fields["org.x"]);
    }

    [Fact]
    public async Task A_profile_is_there_as_soon_as_its_server_is()
    {
        var (profiles, user) = (Profiles(), UserId.Parse("@a:peer.test"));
        Assert.Equal(502, (await profiles.FindAsync(user, default)).Error!.Status);
        Answer("""{"displayname":"A"}""");

        Assert.Equal("\"A\"", (await profiles.FindAsync(user, default)).Value.Fields["displayname"]);
        Assert.Equal("\"A\"", (await profiles.FindAsync(user, default)).Value.Fields["displayname"]);
        Assert.Equal(2, _peers.Requests.Count);
    }

    [Fact]
    public async Task A_directory_is_read_as_far_as_it_makes_sense()
    {
        var topic = new string('t', 5000);
        Answer($$"""
            {"chunk":[7,{},{"room_id":"x"},{"room_id":"!a:b","num_joined_members":-3,"join_rule":4,"world_readable":"yes","topic":"{{topic}}","name":"A"},
            {"room_id":"!b:b","num_joined_members":99999999999,"canonical_alias":"nonsense"},{"room_id":"!c:b"}],"next_batch":7,"total_room_count_estimate":"x"}
            """);

        var page = (await new RemoteDirectory(new PeerQuestions(_peers), TimeProvider.System)
            .ListAsync(Peer, new PublicRoomsQuery(2, null, null, null), default)).Value;

        Assert.Equal(["!a:b", "!b:b"], page.Rooms.Select(static room => room.RoomId.Value));
        Assert.Equal((0, "public", false, "A"), (page.Rooms[0].JoinedMembers, page.Rooms[0].JoinRule, page.Rooms[0].WorldReadable, page.Rooms[0].Name));
        Assert.Null(page.Rooms[0].Topic);
        Assert.Equal((int.MaxValue, null), (page.Rooms[1].JoinedMembers, page.Rooms[1].CanonicalAlias));
        Assert.Equal((null, 2), (page.Next, page.Total));
    }

    [Fact]
    public async Task A_space_tells_of_its_own_children_only()
    {
        Answer("""
            {"room":{"room_id":"!space:b","room_type":"m.space","children_state":[7,
                {"type":"m.space.child","state_key":"!child:b","sender":"@a:b","origin_server_ts":1,"content":{"via":["b"]} },
                {"type":"m.space.child","state_key":"!closed:b","sender":"@a:b","origin_server_ts":2,"content":{"via":["b"]} },
                {"type":"m.space.child","state_key":"!removed:b","sender":"@a:b","origin_server_ts":3,"content":{} },
                {"type":"m.room.name","state_key":"!name:b","sender":"@a:b","origin_server_ts":4,"content":{"via":["b"]} }]},
             "children":[{"room_id":"!child:b"},{"room_id":"!mine:own.test","join_rule":"public"}],"inaccessible_children":["!closed:b","!mine2:own.test",9]}
            """);

        var space = (await Spaces().FindAsync(RoomId.Parse("!space:b"), false, [Peer], default))!;

        Assert.Equal(["!child:b", "!closed:b"], space.Room.Children.Select(static child => child.RoomId.Value));
        Assert.Equal(["!child:b", "!closed:b"], space.Children.Keys.Select(static id => id.Value).Order(StringComparer.Ordinal));
        Assert.Null(space.Children[RoomId.Parse("!closed:b")]);
    }

    [Fact]
    public async Task A_server_that_tells_of_another_room_than_asked_for_is_passed_over()
    {
        _peers.Answer = (server, _) => Task.FromResult<byte[]?>(Encoding.UTF8.GetBytes(
            $$$"""{"room":{"room_id":"{{{(server == Peer ? "!other:b" : "!space:b")}}}"},"children":[],"inaccessible_children":[]}"""));

        var space = await Spaces().FindAsync(RoomId.Parse("!space:b"), false, [Peer, ServerName.Parse("second.test")], default);

        Assert.Equal("!space:b", space!.Room.Summary.RoomId.Value);
        Assert.Null(await Spaces().FindAsync(RoomId.Parse("!third:b"), false, [Peer], default));
    }

    void Answer(string body) => _peers.Answer = (_, _) => Task.FromResult<byte[]?>(Encoding.UTF8.GetBytes(body));

    RemoteAliases Aliases() => new(new PeerQuestions(_peers), TimeProvider.System);

    RemoteProfiles Profiles() => new(new PeerQuestions(_peers), TimeProvider.System);

    RemoteSpaces Spaces() => new(new PeerQuestions(_peers), TimeProvider.System);
}
