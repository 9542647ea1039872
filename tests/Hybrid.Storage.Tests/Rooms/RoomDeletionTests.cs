using Hybrid.Storage.Rooms;
using Hybrid.Tests.Shared;
using static Hybrid.Tests.Shared.TestRoom;

namespace Hybrid.Storage.Tests.Rooms;

public sealed class RoomDeletionTests : IDisposable
{
    readonly TestDatabase _test = new();

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
        Assert.Equal(
            ["membership_changes 1", "memberships 1"],
            _test.Database.Read(session => session.Query(
                """
                SELECT 'account_data', COUNT(*) FROM account_data WHERE room_id = ?1
                UNION ALL SELECT 'aliases', COUNT(*) FROM aliases WHERE room_id = ?1
                UNION ALL SELECT 'events', COUNT(*) FROM events WHERE room_id = ?1
                UNION ALL SELECT 'membership_changes', COUNT(*) FROM membership_changes WHERE room_id = ?1
                UNION ALL SELECT 'memberships', COUNT(*) FROM memberships WHERE room_id = ?1
                UNION ALL SELECT 'receipts', COUNT(*) FROM receipts WHERE room_id = ?1
                UNION ALL SELECT 'rooms', COUNT(*) FROM rooms WHERE room_id = ?1
                UNION ALL SELECT 'state_changes', COUNT(*) FROM state_changes WHERE room_id = ?1
                UNION ALL SELECT 'state_nodes', COUNT(*) FROM state_nodes WHERE room NOT IN (SELECT number FROM rooms)
                UNION ALL SELECT 'unread_events', COUNT(*) FROM unread_events WHERE room_id = ?1
                UNION ALL SELECT 'unread_joins', COUNT(*) FROM unread_joins WHERE room_id = ?1
                UNION ALL SELECT 'user_directory_rooms', COUNT(*) FROM user_directory_rooms WHERE room_id = ?1
                """,
                static row => (Table: row.GetString(0), Count: row.GetInt64(1)), room.RoomId.Value))
                .Where(static rows => rows.Count > 0).Select(static rows => $"{rows.Table} {rows.Count}"));
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

    async Task FillAsync(string room) => await _test.Database.WriteAsync(
        writer =>
        {
            foreach (var user in (string[])[Alice.Value, Bob.Value])
            {
                writer.Session.Execute("INSERT INTO account_data (user_id, room_id, type, content, position) VALUES (?1, ?2, 'm.tag', x'7b7d', 1)", user, room);
                writer.Session.Execute(
                    "INSERT INTO receipts (room_id, user_id, type, thread_id, event_id, event_position, ts, position) VALUES (?1, ?2, 'm.read', '', '$e', 1, 1, ?3)",
                    room, user, (long)user.Length);
                writer.Session.Execute("INSERT INTO unread_joins (room_id, user_id, position) VALUES (?1, ?2, 1)", room, user);
            }

            writer.Session.Execute("INSERT INTO unread_events (room_id, position, sender, everyone) VALUES (?1, 3, '@a:hybrid.test', 1)", room);
            writer.Session.Execute("INSERT INTO user_directory_rooms (room_id) VALUES (?1)", room);
            writer.Session.Execute("INSERT INTO state_nodes (room, hash, bytes) SELECT number, x'01', x'02' FROM rooms WHERE room_id = ?1", room);
            writer.Session.Execute("INSERT INTO state_nodes (room, hash, bytes) SELECT number, x'02', x'02' FROM rooms WHERE room_id = ?1", room);
        },
        default);
}
