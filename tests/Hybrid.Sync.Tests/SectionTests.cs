using Hybrid.Ephemeral.Presence;
using Hybrid.Primitives;
using Hybrid.Rooms.Membership;
using static Hybrid.Sync.Tests.SyncServer;

namespace Hybrid.Sync.Tests;

/// <summary>What belongs into which part of an answer, and which filter it passes (specification, "Syncing", "Filtering").</summary>
public sealed class SectionTests : IDisposable
{
    readonly SyncServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_large_initial_sync_comes_in_pieces_and_is_whole()
    {
        var rooms = new List<RoomId>();
        for (var i = 0; i < 3; i++)
        {
            rooms.Add(await _server.CreateRoomAsync(Alice, Bob));
            for (var n = 0; n < 20; n++)
                await _server.SayAsync(rooms[i], Alice, new string('x', 10_000));
        }

        var small = await _server.SyncAsync(Bob, filter: """{"room":{"timeline":{"limit":1}}}""");
        var large = await _server.SyncAsync(Bob, filter: """{"room":{"timeline":{"limit":20}}}""");
        var full = await _server.SyncAsync(Bob, large, fullState: true);

        Assert.Equal(1, small.Pieces);
        Assert.InRange(large.Pieces, 3, 4);
        Assert.Equal(1, full.Pieces);
        Assert.All(rooms, room => Assert.Equal(20, large.Said(room).Count));
        Assert.Empty((await _server.SyncAsync(Bob, large)).Find("rooms", "join")?.EnumerateObject().ToList() ?? []);
    }

    [Fact]
    public async Task A_knock_shows_stripped_state_and_a_refusal_among_the_left_rooms()
    {
        var room = await _server.CreateRoomAsync(Alice);
        await _server.SendAsync(room, Alice, "m.room.join_rules", """{"join_rule":"knock"}""", "");
        await _server.SendAsync(room, Alice, "m.room.name", """{"name":"Closed"}""", "");
        var first = await _server.SyncAsync(Bob);
        Assert.Null((await _server.Get<MembershipChanges>().KnockAsync(room, Bob, MembershipTerms.None, default)).Error);

        var knocked = await _server.SyncAsync(Bob, first);
        Assert.Null((await _server.Get<MembershipChanges>().KickAsync(room, Alice, Bob, MembershipTerms.None, default)).Error);
        var refused = await _server.SyncAsync(Bob, knocked);
        var refusedAfter = await _server.SyncAsync(Bob, knocked, stateAfter: true);

        var state = knocked.Events("rooms", "knock", room.Value, "knock_state");
        Assert.Contains(state, static entry => SyncAnswer.Type(entry) == "m.room.create");
        Assert.Contains(state, static entry => SyncAnswer.Type(entry) == "m.room.name" && entry.GetProperty("content").GetProperty("name").GetString() == "Closed");
        Assert.Contains(state, static entry => SyncAnswer.Type(entry) == "m.room.member" && entry.GetProperty("state_key").GetString() == Bob.Value);
        Assert.All(state, static entry => Assert.False(entry.TryGetProperty("event_id", out _)));
        Assert.Null(refused.Find("rooms", "knock"));
        Assert.NotNull(refused.Left(room));
        Assert.Empty(refused.Events("rooms", "leave", room.Value, "state"));
        var member = Assert.Single(refusedAfter.Events("rooms", "leave", room.Value, "state_after"));
        Assert.Equal("leave", member.GetProperty("content").GetProperty("membership").GetString());
    }

    [Fact]
    public async Task An_invitation_tells_of_the_room_by_its_create_event_and_of_who_sent_it()
    {
        var room = await _server.CreateRoomAsync(Alice);
        await _server.InviteAsync(room, Alice, Bob);

        var state = (await _server.SyncAsync(Bob)).Events("rooms", "invite", room.Value, "invite_state");

        Assert.Equal(
            ["m.room.create|", "m.room.join_rules|", $"m.room.member|{Alice}", $"m.room.member|{Bob}"],
            state.Select(static entry => $"{SyncAnswer.Type(entry)}|{entry.GetProperty("state_key").GetString()}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_left_room_has_its_account_data()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        await _server.StoreAsync(Bob, "m.tag", """{"tags":{"u.old":{}}}""", room);
        await _server.LeaveAsync(room, Bob);

        var answer = await _server.SyncAsync(Bob, filter: """{"room":{"include_leave":true}}""");

        Assert.Equal("m.tag", SyncAnswer.Type(Assert.Single(answer.Events("rooms", "leave", room.Value, "account_data"))));
    }

    [Theory]
    [InlineData("""{"room":{"account_data":{"types":["m.tag"]}}}""", "m.tag", "m.receipt,m.typing", "m.one,m.two", "m.presence")]
    [InlineData("""{"room":{"account_data":{"not_rooms":["$ROOM"]},"ephemeral":{"types":["m.typing"]}}}""", "", "m.typing", "m.one,m.two", "m.presence")]
    [InlineData("""{"room":{"ephemeral":{"not_rooms":["$ROOM"]}}}""", "m.other,m.tag", "", "m.one,m.two", "m.presence")]
    [InlineData("""{"account_data":{"not_types":["m.o*"]},"presence":{"not_types":["*"]}}""", "m.other,m.tag", "m.receipt,m.typing", "m.two", "")]
    [InlineData("""{"presence":{"not_senders":["@alice:hybrid.test"]}}""", "m.other,m.tag", "m.receipt,m.typing", "m.one,m.two", "")]
    [InlineData("""{"presence":{"senders":["@alice:hybrid.test"]},"account_data":{"senders":["@alice:hybrid.test"]}}""", "m.other,m.tag", "m.receipt,m.typing", "", "m.presence")]
    [InlineData("""{"account_data":{"limit":1},"presence":{"limit":1}}""", "m.other,m.tag", "m.receipt,m.typing", "m.two", "m.presence")]
    [InlineData("""{"room":{"account_data":{"limit":1},"ephemeral":{"limit":1}}}""", "m.other", "m.typing", "m.one,m.two", "m.presence")]
    [InlineData("""{"room":{"ephemeral":{"limit":1,"not_types":["m.typing"]}}}""", "m.other,m.tag", "m.receipt", "m.one,m.two", "m.presence")]
    [InlineData("""{"room":{"ephemeral":{"senders":["@alice:hybrid.test"]}}}""", "m.other,m.tag", "", "m.one,m.two", "m.presence")]
    [InlineData("""{"room":{"ephemeral":{"limit":0},"account_data":{"limit":0}},"presence":{"limit":0},"account_data":{"limit":0}}""", "", "", "", "")]
    public async Task Every_section_has_a_filter_of_its_own(string filter, string roomData, string ephemeral, string data, string presence)
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var said = await _server.SayAsync(room, Bob, "hi");
        await _server.StoreAsync(Bob, "m.tag", "{}", room);
        await _server.StoreAsync(Bob, "m.other", "{}", room);
        await _server.StoreAsync(Bob, "m.one", "{}");
        await _server.StoreAsync(Bob, "m.two", "{}");
        await _server.ReadAsync(room, Alice, said);
        _server.Typing.Set(room, Alice, TimeSpan.FromSeconds(30));
        using var online = await _server.Presence.BeginSyncAsync(Alice, DeviceOf(Alice), Availability.Online, default);

        var answer = await _server.SyncAsync(Bob, filter: filter.Replace("$ROOM", room.Value, StringComparison.Ordinal));

        Assert.Equal(roomData, Types(answer, "rooms", "join", room.Value, "account_data"));
        Assert.Equal(ephemeral, Types(answer, "rooms", "join", room.Value, "ephemeral"));
        Assert.Equal(data, Types(answer, "account_data"));
        Assert.Equal(presence, Types(answer, "presence"));
    }

    [Fact]
    public async Task Of_too_many_who_are_online_the_last_active_are_shown()
    {
        await _server.CreateRoomAsync(Alice, Bob, Carol);
        using var first = await _server.Presence.BeginSyncAsync(Alice, DeviceOf(Alice), Availability.Online, default);
        _server.Time.Advance(TimeSpan.FromSeconds(10));
        using var second = await _server.Presence.BeginSyncAsync(Carol, DeviceOf(Carol), Availability.Online, default);

        var answer = await _server.SyncAsync(Bob, filter: """{"presence":{"limit":1,"not_senders":["@bob:hybrid.test"]}}""");

        Assert.Equal(Carol.Value, Assert.Single(answer.Events("presence")).GetProperty("sender").GetString());
    }

    static string Types(SyncAnswer answer, params string[] path) =>
        string.Join(',', answer.Events(path).Select(SyncAnswer.Type).Distinct().Order(StringComparer.Ordinal));
}
