using Hybrid.Storage.Rooms;
using Hybrid.Tests.Shared;
using static Hybrid.Storage.Tests.Rooms.EventsAsideTests;
using static Hybrid.Tests.Shared.TestRoom;

namespace Hybrid.Storage.Tests.Rooms;

public sealed class SqliteRoomDeletionTests() : RoomDeletionTests(TestEngine.Sqlite);

public sealed class PostgresRoomDeletionTests() : RoomDeletionTests(TestEngine.Postgres);

/// <summary>What every engine must do about deletions, blocks and sizes of rooms.</summary>
public abstract class RoomDeletionTests(TestEngine engine) : IDisposable
{
    readonly TestDatabase _test = new(engine);

    [Fact]
    public async Task A_room_that_is_marked_cannot_be_opened_and_has_no_alias_and_no_place_in_the_directory()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        await _test.Aliases.TryAddAsync(new AliasRecord(Primitives.RoomAlias.Parse("#a:hybrid.test"), room.RoomId, Alice), default);
        await _test.Aliases.SetPublicAsync(room.RoomId, true, default);

        await _test.Removals.MarkDeletedAsync(room.RoomId, default);

        Assert.Null(await _test.Rooms.LoadAsync(room.RoomId, default));
        Assert.Empty(await _test.Aliases.ReadByRoomAsync(room.RoomId, default));
        Assert.Empty(await _test.Aliases.ReadPublicRoomsAsync(default));
        Assert.Empty(await _test.Statistics.ReadRoomsAsync(Alice.Server, default));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    public async Task A_deleted_room_leaves_nothing_but_the_last_membership_of_those_who_left(int limit)
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var other = await new TestRoom(_test.Rooms, "other").CreateAsync();
        await room.MemberAsync(Bob, "join");
        var left = await room.MemberAsync(Bob, "leave");
        await room.MemberAsync(Carol, "leave");
        await _test.Memberships.ForgetAsync(Carol, room.RoomId, default);
        await room.SayAsync(Alice);
        await FillAsync(room.RoomId.Value);
        var outlier = Beside(room.Build("m.room.topic", "{}", Bob, ""), outlier: true);
        var old = Beside(room.Build("m.room.message", "{}", Bob, null));
        await _test.Rooms.AppendAsync(
            new RoomAppend(room.RoomId, [], []) { Aside = [outlier], History = [old], NewGaps = [Primitives.EventId.Parse("$one"), Primitives.EventId.Parse("$two")] }, default);
        await _test.Removals.MarkDeletedAsync(room.RoomId, default);

        var steps = 0;
        var members = new HashSet<Primitives.UserId>();
        RemovalStep step;
        do
        {
            step = await _test.Removals.RemoveRowsAsync(room.RoomId, limit, default);
            Assert.InRange(step.Removed, 0, limit);
            members.UnionWith(step.Members);
            if (++steps % 3 == 0)
                _test.Reopen();
        }
        while (!step.IsComplete);

        Assert.Equal([Alice, Bob, Carol], members.Order());
        Assert.Equal(left.EventId, Assert.Single(await _test.Memberships.ReadMembershipsAsync(Bob, default)).EventId);
        Assert.Empty(await _test.Memberships.ReadMembershipsAsync(Carol, default));
        Assert.Equal(other.RoomId, Assert.Single(await _test.Memberships.ReadMembershipsAsync(Alice, default)).RoomId);
        foreach (var table in (string[])
        [
            "account_data", "aliases", "events", "membership_changes", "memberships", "receipts", "room_gaps", "rooms", "state_changes", "thread_subscriptions",
            "unread_events", "unread_joins", "user_directory_rooms",
        ])
        {
            var rows = await _test.ReadIntegerAsync($"SELECT COUNT(*) FROM {table} WHERE room_id = '{room.RoomId}'");
            Assert.Equal((table, table is "membership_changes" or "memberships" ? 1 : 0), (table, rows));
        }

        Assert.Equal(0, await _test.ReadIntegerAsync("SELECT COUNT(*) FROM state_nodes WHERE room NOT IN (SELECT number FROM rooms)"));
        Assert.Equal(2, (await _test.Rooms.LoadAsync(other.RoomId, default))!.Recent.Count);
        Assert.True((await _test.Removals.RemoveRowsAsync(room.RoomId, limit, default)).IsComplete);
    }

    [Fact]
    public async Task The_rows_of_a_room_in_use_are_not_removed()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await _test.Removals.RemoveRowsAsync(room.RoomId, 10, default));
        Assert.NotNull(await _test.Rooms.LoadAsync(room.RoomId, default));
    }

    [Fact]
    public async Task Rooms_are_blocked_whether_they_are_known_or_not()
    {
        var unknown = Primitives.RoomId.Parse("!unknown:elsewhere.test");
        Assert.Null(await _test.BlockedRooms.FindBlockerAsync(unknown, default));

        await _test.BlockedRooms.BlockAsync(unknown, Alice, default);
        await _test.BlockedRooms.BlockAsync(unknown, Bob, default);
        Assert.Equal(Alice, await _test.BlockedRooms.FindBlockerAsync(unknown, default));
        await _test.BlockedRooms.UnblockAsync(unknown, default);
        Assert.Null(await _test.BlockedRooms.FindBlockerAsync(unknown, default));
    }

    [Fact]
    public async Task Rooms_are_listed_with_their_members_and_state_and_measured()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync("joined");
        await room.SetAsync("m.room.name", """{"name":"one"}""");
        var name = await room.SetAsync("m.room.name", """{"name":"two"}""");
        await room.MemberAsync(Bob, "join");
        await room.MemberAsync(Carol, "invite");
        await room.MemberAsync(Primitives.UserId.Parse("@eve:elsewhere.test"), "join");
        var small = await new TestRoom(_test.Rooms, "small").CreateAsync();

        var listed = await _test.Statistics.ReadRoomsAsync(Alice.Server, default);
        Assert.Equal([room.RoomId, small.RoomId], listed.Select(static overview => overview.Room.RoomId));
        Assert.Equal((3, 2, 7), (listed[0].JoinedMembers, listed[0].JoinedLocalMembers, listed[0].StateEvents));
        Assert.Equal(name.EventId, listed[0].Description["m.room.name"].EventId);
        Assert.Equal(["m.room.create", "m.room.history_visibility", "m.room.name"], listed[0].Description.Keys.Order());

        var sizes = await _test.Statistics.ReadLargestRoomsAsync(1, default);
        Assert.Equal(room.RoomId, Assert.Single(sizes).RoomId);
        Assert.True(sizes[0].Bytes > 1000);
        var tables = await _test.Statistics.ReadTableSizesAsync(default);
        Assert.Contains(tables, static table => table is { Name: "events", Bytes: > 0 });
        Assert.Equal(tables.OrderByDescending(static table => table.Bytes).Select(static table => table.Bytes), tables.Select(static table => table.Bytes));
    }

    public void Dispose() => _test.Dispose();

    async Task FillAsync(string room)
    {
        foreach (var user in (string[])[Alice.Value, Bob.Value])
        {
            await _test.ChangeAsync($"INSERT INTO account_data (user_id, room_id, type, content, position) VALUES ('{user}', '{room}', 'm.tag', {Bytes("7b7d")}, 1)");
            await _test.ChangeAsync(
                "INSERT INTO receipts (room_id, user_id, type, thread_id, event_id, event_position, ts, position) "
                + $"VALUES ('{room}', '{user}', 'm.read', '', '$e', 1, 1, {user.Length})");
            await _test.ChangeAsync(
                "INSERT INTO thread_subscriptions (user_id, room_id, root_id, subscribed, automatic, seen, position) "
                + $"VALUES ('{user}', '{room}', '$e', true, true, 0, 1)");
            await _test.ChangeAsync($"INSERT INTO unread_joins (room_id, user_id, position) VALUES ('{room}', '{user}', 1)");
        }

        await _test.ChangeAsync($"INSERT INTO unread_events (room_id, position, sender, everyone) VALUES ('{room}', 3, '@a:hybrid.test', 1)");
        await _test.ChangeAsync($"INSERT INTO user_directory_rooms (room_id) VALUES ('{room}')");
        await _test.ChangeAsync($"INSERT INTO state_nodes (room, hash, bytes) SELECT number, {Bytes("01")}, {Bytes("02")} FROM rooms WHERE room_id = '{room}'");
        await _test.ChangeAsync($"INSERT INTO state_nodes (room, hash, bytes) SELECT number, {Bytes("02")}, {Bytes("02")} FROM rooms WHERE room_id = '{room}'");
    }

    string Bytes(string hex) => _test.Engine == TestEngine.Postgres ? $"decode('{hex}', 'hex')" : $"x'{hex}'";
}
