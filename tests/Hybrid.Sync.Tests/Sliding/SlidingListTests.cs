using Hybrid.Primitives;
using static Hybrid.Sync.Tests.SyncServer;

namespace Hybrid.Sync.Tests;

/// <summary>Which rooms a sliding sync shows (MSC4186, "Lists", <c>SlidingRoomFilter</c>), and that none is missed that was out of sight.</summary>
public sealed class SlidingListTests : IDisposable
{
    readonly SyncServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_range_is_of_the_rooms_with_the_latest_activity()
    {
        var (first, second, third) = await ThreeRoomsAsync();
        await _server.SayAsync(first, Alice, "hi");

        var top = await _server.SlideAsync(Bob, Range(0, 1));
        var rest = await _server.SlideAsync(Bob, Range(0, 9), top.Pos);

        Assert.Equal([first.Value, third.Value], top.Rooms.Order(StringComparer.Ordinal).OrderBy(name => name != first.Value));
        Assert.Equal(3, top.Count());
        Assert.Equal([second.Value], rest.Rooms);
    }

    [Fact]
    public async Task What_happens_out_of_sight_comes_with_the_room()
    {
        var (first, second, third) = await ThreeRoomsAsync();
        var all = await _server.SlideAsync(Bob, Range(0, 9));
        await _server.SayAsync(first, Alice, "out of sight");
        await _server.SayAsync(second, Alice, "hides first");
        var top = await _server.SlideAsync(Bob, Range(0, 0), all.Pos);
        await _server.SayAsync(third, Alice, "hides both");
        var other = await _server.SlideAsync(Bob, Range(0, 0), top.Pos);
        var wide = await _server.SlideAsync(Bob, Range(0, 9), other.Pos);

        Assert.Equal([second.Value], top.Rooms);
        Assert.Equal([third.Value], other.Rooms);
        Assert.Equal([first.Value], wide.Rooms);
        Assert.Equal(["out of sight"], wide.Said(first));
        Assert.False(wide.Flag(first, "initial"));
        Assert.Equal(0, wide.Room(first).GetProperty("num_live").GetInt32());
    }

    [Fact]
    public async Task Several_ranges_and_no_range_at_all()
    {
        var (first, second, third) = await ThreeRoomsAsync();

        var split = await _server.SlideAsync(Bob, """{"lists":{"all":{"ranges":[[0,0],[2,2]],"timeline_limit":1,"required_state":[]}}}""");
        var whole = await _server.SlideAsync(Bob, """{"lists":{"all":{"timeline_limit":1,"required_state":[]}}}""");

        Assert.Equal(new[] { first.Value, third.Value }.Order(StringComparer.Ordinal), split.Rooms.Order(StringComparer.Ordinal));
        Assert.Equal(new[] { first.Value, second.Value, third.Value }.Order(StringComparer.Ordinal), whole.Rooms.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{"is_dm":true}""", "direct")]
    [InlineData("""{"is_dm":false}""", "plain,space,encrypted,invited")]
    [InlineData("""{"is_encrypted":true}""", "encrypted")]
    [InlineData("""{"is_encrypted":false}""", "plain,space,direct,invited")]
    [InlineData("""{"is_invite":true}""", "invited")]
    [InlineData("""{"is_invited":false}""", "plain,space,encrypted,direct")]
    [InlineData("""{"room_types":["m.space"]}""", "space")]
    [InlineData("""{"room_types":[null]}""", "plain,encrypted,direct,invited")]
    [InlineData("""{"room_types":["m.space",null],"not_room_types":["m.space"]}""", "plain,encrypted,direct,invited")]
    [InlineData("""{"not_room_types":[null]}""", "space")]
    [InlineData("""{"tags":["m.favourite","u.other"]}""", "plain")]
    [InlineData("""{"tags":["m.favourite"],"not_tags":["u.second"]}""", "")]
    [InlineData("""{"not_tags":["m.favourite"]}""", "space,encrypted,direct,invited")]
    [InlineData("""{"is_dm":true,"is_encrypted":true}""", "")]
    [InlineData("""{"spaces":["$SPACE"]}""", "encrypted")]
    [InlineData("""{"spaces":["!un:known","nothing"]}""", "")]
    [InlineData("{}", "plain,space,encrypted,direct,invited")]
    public async Task Filters_choose_rooms(string filter, string expected)
    {
        var names = new Dictionary<string, RoomId>
        {
            ["plain"] = await _server.CreateRoomAsync(Alice, Bob),
            ["space"] = await _server.CreateSpaceAsync(Bob),
            ["encrypted"] = await _server.CreateRoomAsync(Alice, Bob),
            ["direct"] = await _server.CreateRoomAsync(Alice, Bob),
            ["invited"] = await _server.CreateRoomAsync(Alice),
        };
        await _server.SendAsync(names["encrypted"], Alice, "m.room.encryption", """{"algorithm":"m.megolm.v1.aes-sha2"}""", "");
        await _server.SendAsync(names["space"], Bob, "m.space.child", """{"via":["hybrid.test"]}""", names["encrypted"].Value);
        await _server.SendAsync(names["space"], Bob, "m.space.child", "{}", names["plain"].Value);
        await _server.InviteAsync(names["invited"], Alice, Bob);
        await _server.StoreAsync(Bob, "m.direct", $$"""{"{{Alice}}":["{{names["direct"]}}"]}""");
        await _server.StoreAsync(Bob, "m.tag", """{"tags":{"m.favourite":{},"u.second":{}}}""", names["plain"]);
        filter = filter.Replace("$SPACE", names["space"].Value, StringComparison.Ordinal);

        var answer = await _server.SlideAsync(Bob, $$$"""{"lists":{"all":{"ranges":[[0,9]],"timeline_limit":1,"required_state":[],"filters":{{{filter}}} }} }""");

        var shown = names.Where(entry => answer.Rooms.Contains(entry.Value.Value)).Select(static entry => entry.Key);
        Assert.Equal(expected, string.Join(',', shown));
        Assert.Equal(answer.Rooms.Count, answer.Count());
    }

    [Fact]
    public async Task A_list_follows_what_its_filter_looks_at()
    {
        const string Favourites = """{"lists":{"all":{"ranges":[[0,9]],"timeline_limit":1,"required_state":[],"filters":{"tags":["m.favourite"]}}}}""";
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var none = await _server.SlideAsync(Bob, Favourites);
        await _server.StoreAsync(Bob, "m.tag", """{"tags":{"m.favourite":{}}}""", room);
        var one = await _server.SlideAsync(Bob, Favourites, none.Pos);

        Assert.Equal(0, none.Count());
        Assert.Equal([room.Value], one.Rooms);
        Assert.Equal(1, one.Count());
    }

    [Fact]
    public async Task A_subscription_shows_a_room_that_no_list_shows()
    {
        var (first, _, _) = await ThreeRoomsAsync();
        var body = $$$"""
            {"lists":{"all":{"ranges":[[0,0]],"timeline_limit":1,"required_state":[]}},
             "room_subscriptions":{"{{{first}}}":{"timeline_limit":5,"required_state":[]}} }
            """;

        var initial = await _server.SlideAsync(Bob, Range(0, 0));
        var subscribed = await _server.SlideAsync(Bob, body, initial.Pos);
        await _server.SayAsync(first, Alice, "hi");
        var news = await _server.SlideAsync(Bob, body, subscribed.Pos);

        Assert.Equal([first.Value], subscribed.Rooms);
        Assert.Equal(["hi"], news.Said(first));
    }

    [Fact]
    public async Task A_forgotten_room_is_in_no_list()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        await _server.BanAsync(room, Alice, Bob);
        var before = await _server.SlideAsync(Bob, Range(0, 9));
        await _server.ForgetAsync(room, Bob);
        var after = await _server.SlideAsync(Bob, Range(0, 9), before.Pos);

        Assert.Equal(1, before.Count());
        Assert.Equal(0, after.Count());
    }

    static string Range(int first, int last) => $$$"""{"lists":{"all":{"ranges":[[{{{first}}},{{{last}}}]],"timeline_limit":5,"required_state":[]}} }""";

    async Task<(RoomId First, RoomId Second, RoomId Third)> ThreeRoomsAsync() =>
        (await _server.CreateRoomAsync(Alice, Bob), await _server.CreateRoomAsync(Alice, Bob), await _server.CreateRoomAsync(Alice, Bob));
}
