using System.Globalization;
using System.Text;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Sending;
using Hybrid.Storage.Rooms;
using static Hybrid.Outbound.Tests.SendingServer;

namespace Hybrid.Outbound.Tests;

/// <summary>What is sent to servers that work.</summary>
public sealed class SendingTests : IAsyncDisposable
{
    readonly SendingServer _server = new();

    [Fact]
    public async Task An_event_goes_to_every_server_in_the_room_as_it_is_stored()
    {
        var room = await _server.CreateRoomAsync(["one.test", "two.test"]);
        await _server.StartAsync();

        var said = await SayAsync(room, "hello");

        foreach (var peer in (string[])["one.test", "two.test"])
        {
            var received = await SoonAsync(_server.Peers[peer].TakenAsync());
            Assert.Equal("hybrid.test", received.Json.GetProperty("origin").GetString());
            Assert.Equal(_server.Time.GetUtcNow().ToUnixTimeMilliseconds(), received.Json.GetProperty("origin_server_ts").GetInt64());
            Assert.Empty(received.Edus);
            Assert.Equal(Encoding.UTF8.GetString(said.Json.Span), Assert.Single(received.Pdus).GetRawText());
        }

        Assert.Equal(2, _server.Peers.Count);
    }

    [Fact]
    public async Task What_comes_while_a_server_is_busy_follows_in_order_fifty_at_a_time()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();
        var answer = new TaskCompletionSource<FederationFailure?>();
        _server.Peers["one.test"].Script = _ => answer.Task;
        await SayAsync(room, "first");
        await _server.UntilAsync(() => Task.FromResult(_server.Peers["one.test"].Count == 1));

        var texts = Enumerable.Range(0, 120).Select(static i => i.ToString(CultureInfo.InvariantCulture)).ToList();
        await SayAsync(room, texts);
        answer.SetResult(null);

        List<IReadOnlyList<string>> received = [];
        for (var i = 0; i < 4; i++)
            received.Add((await SoonAsync(_server.Peers["one.test"].TakenAsync())).Said);
        Assert.Equal([1, 50, 50, 20], received.Select(static said => said.Count));
        Assert.Equal(["first", .. texts], received.SelectMany(static said => said));
    }

    [Fact]
    public async Task Transactions_have_ids_of_their_own()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();
        var ids = new HashSet<string>();
        for (var i = 0; i < 5; i++)
        {
            await SayAsync(room, "again");
            ids.Add((await SoonAsync(_server.Peers["one.test"].TakenAsync())).Id);
        }

        Assert.Equal(5, ids.Count);
    }

    [Fact]
    public async Task Whoever_is_invited_kicked_or_banned_hears_of_it_though_no_longer_or_not_yet_in_the_room()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();
        var changes = _server.Get<MembershipChanges>();
        var guest = UserId.Parse("@guest:two.test");

        await room.ChangeAsync(
            (draft, _) => ValueTask.FromResult(draft.Add(
                new EventProposal("m.room.member", Alice, """{"membership":"invite"}"""u8.ToArray()) { StateKey = guest.Value })),
            default);
        Assert.Equal("invite", await MembershipAsync("two.test"));
        Assert.Null((await changes.KickAsync(room.RoomId, Alice, guest, MembershipTerms.None, default)).Error);
        Assert.Equal("leave", await MembershipAsync("two.test"));
        Assert.Null((await changes.BanAsync(room.RoomId, Alice, UserId.Parse("@user:one.test"), MembershipTerms.None, default)).Error);

        foreach (var membership in (string[])["invite", "leave", "ban"])
            Assert.Equal(membership, await MembershipAsync("one.test"));
        await SayAsync(room, "they are gone");
        await _server.LevelAsync();
        Assert.Equal(2, _server.Peers["two.test"].Count);
        Assert.Equal(3, _server.Peers["one.test"].Count);

        async Task<string?> MembershipAsync(string peer) =>
            (await SoonAsync(_server.Peers[peer].TakenAsync())).Pdus.Single().GetProperty("content").GetProperty("membership").GetString();
    }

    [Fact]
    public async Task A_server_gets_what_was_said_while_it_was_in_the_room_and_nothing_else()
    {
        var room = await _server.CreateRoomAsync(["one.test", "two.test"]);
        await _server.StartAsync();

        // All are read from the log at once, when the room is another already.
        await room.ChangeAsync(
            (draft, _) =>
            {
                Say("before");
                draft.Add(Member(UserId.Parse("@user:two.test"), "leave"));
                Say("between");
                draft.Add(Member(UserId.Parse("@user:three.test"), "join"));
                Say("after");
                return ValueTask.FromResult<Result<Done>>(default(Done));

                void Say(string text) => Assert.Null(draft.Add(new EventProposal(
                    "m.room.message", Alice, Encoding.UTF8.GetBytes($$"""{"msgtype":"m.text","body":"{{text}}"}"""))).Error);
            },
            default);

        Assert.Equal(["before", "between", "after"], await SaidToAsync("one.test", 3));
        Assert.Equal(["before"], await SaidToAsync("two.test", 1));
        Assert.Equal(["after"], await SaidToAsync("three.test", 1));
        await _server.LevelAsync();
        Assert.False(_server.Peers["two.test"].HasTaken);
        Assert.False(_server.Peers["three.test"].HasTaken);

        static EventProposal Member(UserId user, string membership) =>
            new("m.room.member", user, Encoding.UTF8.GetBytes($$"""{"membership":"{{membership}}"}""")) { StateKey = user.Value };
    }

    [Fact]
    public async Task A_join_that_this_server_signed_for_another_is_passed_on_to_all_but_that_one()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();

        await _server.JoinAsync(room.RoomId, UserId.Parse("@user:two.test"));

        var pdu = Assert.Single((await SoonAsync(_server.Peers["one.test"].TakenAsync())).Pdus);
        Assert.Equal("@user:two.test", pdu.GetProperty("state_key").GetString());
        await _server.LevelAsync();
        Assert.Equal(0, _server.Peers["two.test"].Count);
    }

    [Fact]
    public async Task Rooms_that_are_not_federated_are_nobodys_business()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        var closed = await _server.CreateRoomAsync([], isFederated: false);
        await _server.StartAsync();

        await SayAsync(closed, "private");
        await SayAsync(room, "public");

        Assert.Equal(["public"], await SaidToAsync("one.test", 1));
        await _server.LevelAsync();
        Assert.Equal(1, _server.Peers.Count);
    }

    [Fact]
    public async Task What_is_redacted_while_it_waits_is_sent_redacted()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();
        var answer = new TaskCompletionSource<FederationFailure?>();
        _server.Peers["one.test"].Script = _ => answer.Task;
        await SayAsync(room, "first");
        await _server.UntilAsync(() => Task.FromResult(_server.Peers["one.test"].Count == 1));

        var said = await SayAsync(room, "a secret");
        await RedactAsync(room, said);
        await _server.PassAsync(TimeSpan.FromSeconds(3));
        answer.SetResult(null);

        await SoonAsync(_server.Peers["one.test"].TakenAsync());
        var received = await SoonAsync(_server.Peers["one.test"].TakenAsync());
        Assert.Equal(2, received.Pdus.Count);
        Assert.DoesNotContain("a secret", Encoding.UTF8.GetString(received.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_has_everything_costs_nothing()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();
        await SayAsync(room, "hello");
        await SoonAsync(_server.Peers["one.test"].TakenAsync());
        await _server.LevelAsync();
        var position = await _server.Store.ReadPositionAsync(default);

        await _server.PassAsync(TimeSpan.FromMinutes(2));

        Assert.Equal(1, _server.Peers.Count);
        Assert.Equal(0, _server.Sender.DestinationCount);
        Assert.Equal(position, await _server.Store.ReadPositionAsync(default));
    }

    [Fact]
    public async Task A_thousand_servers_do_not_wait_for_the_slow_one()
    {
        var servers = Enumerable.Range(0, 1000).Select(static i => $"s{i.ToString(CultureInfo.InvariantCulture)}.test").ToArray();
        var room = await _server.CreateRoomAsync(servers);
        await _server.StartAsync();
        var answer = new TaskCompletionSource<FederationFailure?>();
        _server.Peers["s0.test"].Script = _ => answer.Task;

        foreach (var text in (string[])["one", "two", "three"])
        {
            await SayAsync(room, text);
            foreach (var server in servers.Skip(1))
                Assert.Equal([text], (await SoonAsync(_server.Peers[server].TakenAsync())).Said);
        }

        Assert.False(_server.Peers["s0.test"].HasTaken);
        answer.SetResult(null);
        Assert.Equal(["one", "two", "three"], await SaidToAsync("s0.test", 3));
        await _server.LevelAsync();
    }

    [Fact]
    public async Task Many_slow_servers_give_their_places_back()
    {
        var servers = Enumerable.Range(0, 300).Select(static i => $"s{i.ToString(CultureInfo.InvariantCulture)}.test").ToArray();
        var slow = await _server.CreateRoomAsync(servers);
        var room = await _server.CreateRoomAsync(["quick.test"]);
        await _server.StartAsync();
        var answer = new TaskCompletionSource<FederationFailure?>();
        foreach (var server in servers)
            _server.Peers[server].Script = _ => answer.Task;

        await SayAsync(slow, "thinking");
        await _server.UntilAsync(() => Task.FromResult(_server.Peers.Count == 300));
        await SayAsync(room, "quick");

        Assert.Equal(["quick"], await SaidToAsync("quick.test", 1));
        answer.SetResult(null);
        await _server.LevelAsync();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    async Task RedactAsync(Room room, StoredEvent target) =>
        Assert.Null((await _server.Get<EventSending>().RedactAsync(
            room.RoomId, target.EventId, new EventProposal("m.room.redaction", Alice, "{}"u8.ToArray()), default)).Error);

    // However they are spread over transactions.
    async Task<IReadOnlyList<string>> SaidToAsync(string peer, int count)
    {
        var said = new List<string>();
        while (said.Count < count)
            said.AddRange((await SoonAsync(_server.Peers[peer].TakenAsync())).Said);
        return said;
    }
}
