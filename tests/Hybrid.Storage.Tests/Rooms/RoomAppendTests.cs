using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Streams;
using Hybrid.Tests.Shared;
using static Hybrid.Tests.Shared.TestRoom;

namespace Hybrid.Storage.Tests.Rooms;

public sealed class SqliteRoomAppendTests() : RoomAppendTests(TestEngine.Sqlite);

public sealed class PostgresRoomAppendTests() : RoomAppendTests(TestEngine.Postgres);

/// <summary>What every engine must do with appends.</summary>
public abstract class RoomAppendTests(TestEngine engine) : IDisposable
{
    static readonly DeviceId Device = DeviceId.Parse("PHONE");

    readonly TestDatabase _test = new(engine);

    [Fact]
    public async Task An_acknowledged_append_is_there_after_reopening()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var said = await room.SayAsync(Alice, "kept", Device, "t1");
        _test.Reopen();

        var loaded = await _test.Rooms.LoadAsync(room.RoomId, default);
        Assert.NotNull(loaded);
        Assert.Equal(room.Record with { Number = loaded.Recent[0].Number }, loaded.Room);
        Assert.Equal([said.EventId], loaded.ForwardExtremities);
        Assert.Equal(3, loaded.Recent.Count);
        Assert.Equal(2, loaded.State.Count);
        Assert.Same(loaded.Recent[0], loaded.State.Single(static entry => entry.Type == "m.room.create"));
        var found = await _test.Rooms.FindEventAsync(said.EventId, default);
        Assert.NotNull(found);
        Assert.Equal(said.Json.ToArray(), found.Json.ToArray());
        Assert.Equal(said.Transaction, found.Transaction);
        Assert.Equal(3, found.Position);
        Assert.Equal(said.Number, found.Number);
        Assert.Equal(said.EventId, await _test.Rooms.FindTransactionAsync(room.RoomId, "m.room.message", said.Transaction!, default));
    }

    [Fact]
    public async Task Each_event_is_announced_with_its_room_and_itself()
    {
        var notices = new List<StreamNotice>();
        using var subscription = _test.Hub.Subscribe(published => notices.AddRange(published.ToArray()));
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var said = await room.SayAsync(Alice);

        Assert.Equal([1L, 2L, 3L], notices.Select(static notice => notice.Position));
        Assert.All(notices, notice => Assert.Equal(room.RoomId, notice.Room));
        Assert.Same(said, notices[2].Event);
    }

    [Fact]
    public async Task A_used_transaction_is_refused_with_the_earlier_event_and_nothing_is_written()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var first = await room.SayAsync(Alice, "once", Device, "t1");
        var again = room.Build("m.room.message", "{}", Alice, null, Device, "t1");

        var refused = await Assert.ThrowsAsync<DuplicateTransactionException>(async () => await room.AppendAsync(again));
        Assert.Equal(first.EventId, refused.EventId);
        Assert.Equal(0, again.Position);
        Assert.Null(await _test.Rooms.FindEventAsync(again.EventId, default));
        Assert.Equal(4, (await room.SayAsync(Alice, "other", Device, "t2")).Position);
    }

    [Fact]
    public async Task A_taken_alias_undoes_the_whole_append()
    {
        var alias = RoomAlias.Parse("#taken:hybrid.test");
        var first = await new TestRoom(_test.Rooms, "first").CreateAsync();
        Assert.True(await _test.Aliases.TryAddAsync(new AliasRecord(alias, first.RoomId, Alice), default));
        var second = new TestRoom(_test.Rooms, "second");
        var create = second.Build("m.room.create", "{}", Alice, "");

        await Assert.ThrowsAsync<AliasTakenException>(async () => await second.AppendAsync(
            new RoomAppend(second.RoomId, [create], [create.EventId]) { NewRoom = second.Record, NewAliases = [alias] }));
        Assert.Null(await _test.Rooms.LoadAsync(second.RoomId, default));
        Assert.Equal(2, _test.Hub.Current(StreamKind.Events));
    }

    [Fact]
    public async Task Concurrent_appends_to_many_rooms_share_commits_and_all_arrive()
    {
        var rooms = new List<TestRoom>();
        for (var i = 0; i < 20; i++)
            rooms.Add(await new TestRoom(_test.Rooms, $"r{i}").CreateAsync());
        var commits = 0;
        using var subscription = _test.Hub.Subscribe(_ => commits++);
        var release = await _test.HoldWriterAsync();
        var sends = rooms.Select(room => room.SayAsync(Alice)).ToArray();
        release();
        var said = await Task.WhenAll(sends);

        Assert.Equal(1, commits);
        Assert.Equal(Enumerable.Range(41, 20).Select(static i => (long)i), said.Select(static entry => entry.Position).Order());
    }

    [Fact]
    public async Task Memberships_follow_member_events_and_forgetting_ends_with_the_next()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        await room.MemberAsync(Bob, "join");
        await _test.Memberships.ForgetAsync(Bob, room.RoomId, default);
        Assert.False((await _test.Memberships.ReadMembershipsAsync(Bob, default)).Single().Forgotten);

        await room.MemberAsync(Bob, "leave");
        await _test.Memberships.ForgetAsync(Bob, room.RoomId, default);
        Assert.True((await _test.Memberships.ReadMembershipsAsync(Bob, default)).Single().Forgotten);

        var invited = await room.MemberAsync(Bob, "invite", Alice);
        var current = (await _test.Memberships.ReadMembershipsAsync(Bob, default)).Single();
        Assert.Equal(new MembershipRecord(Bob, room.RoomId, "invite", invited.EventId, Alice, invited.Position, false), current);
        Assert.Equal(["join", "leave", "invite"], (await _test.Memberships.ReadMembershipHistoryAsync(Bob, room.RoomId, default)).Select(static record => record.Membership));
        Assert.Equal(["invite"], (await _test.Memberships.ReadMembershipChangesAsync(Bob, invited.Position - 1, invited.Position, default)).Select(static record => record.Membership));
    }

    [Fact]
    public async Task Aliases_and_the_directory_are_kept()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var alias = new AliasRecord(RoomAlias.Parse("#a:hybrid.test"), room.RoomId, Bob);
        Assert.True(await _test.Aliases.TryAddAsync(alias, default));
        Assert.False(await _test.Aliases.TryAddAsync(alias with { Creator = Alice }, default));
        await _test.Aliases.SetPublicAsync(room.RoomId, true, default);

        Assert.Equal(alias, await _test.Aliases.FindAsync(alias.Alias, default));
        Assert.Equal([alias], await _test.Aliases.ReadByRoomAsync(room.RoomId, default));
        Assert.Equal([room.RoomId], await _test.Aliases.ReadPublicRoomsAsync(default));
        Assert.True(await _test.Aliases.IsPublicAsync(room.RoomId, default));
        await _test.Aliases.RemoveAsync(alias.Alias, default);
        Assert.Null(await _test.Aliases.FindAsync(alias.Alias, default));
    }

    [Fact]
    public async Task Aliases_and_the_place_in_the_directory_move_together()
    {
        var old = await new TestRoom(_test.Rooms).CreateAsync();
        var replacement = await new TestRoom(_test.Rooms, "other").CreateAsync();
        var alias = new AliasRecord(RoomAlias.Parse("#a:hybrid.test"), old.RoomId, Bob);
        Assert.True(await _test.Aliases.TryAddAsync(alias, default));
        await _test.Aliases.MoveAsync(old.RoomId, replacement.RoomId, default);
        Assert.Empty(await _test.Aliases.ReadPublicRoomsAsync(default));
        Assert.Equal(alias with { RoomId = replacement.RoomId }, await _test.Aliases.FindAsync(alias.Alias, default));

        await _test.Aliases.SetPublicAsync(replacement.RoomId, true, default);
        await _test.Aliases.MoveAsync(replacement.RoomId, old.RoomId, default);
        Assert.Equal([old.RoomId], await _test.Aliases.ReadPublicRoomsAsync(default));
        Assert.Equal([alias], await _test.Aliases.ReadByRoomAsync(old.RoomId, default));
    }

    [Fact]
    public async Task Rooms_of_other_networks_are_listed_apart()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var other = await new TestRoom(_test.Rooms, "other").CreateAsync();
        await _test.Aliases.SetListedOnAsync("a|x", room.RoomId, true, default);
        await _test.Aliases.SetListedOnAsync("a|x", room.RoomId, true, default);
        await _test.Aliases.SetListedOnAsync("a|y", room.RoomId, true, default);
        await _test.Aliases.SetListedOnAsync("a|y", other.RoomId, true, default);

        Assert.Empty(await _test.Aliases.ReadPublicRoomsAsync(default));
        Assert.Equal([room.RoomId], await _test.Aliases.ReadListedOnAsync("a|x", default));
        Assert.Equal(2, (await _test.Aliases.ReadListedOnAsync(null, default)).Count);
        await _test.Aliases.SetListedOnAsync("a|x", room.RoomId, false, default);
        Assert.Empty(await _test.Aliases.ReadListedOnAsync("a|x", default));
        await _test.Aliases.RemoveFromNetworksAsync(other.RoomId, default);
        Assert.Equal([room.RoomId], await _test.Aliases.ReadListedOnAsync("a|y", default));
        await _test.Removals.MarkDeletedAsync(room.RoomId, default);
        Assert.Empty(await _test.Aliases.ReadListedOnAsync(null, default));
    }

    [Fact]
    public async Task Of_appends_that_share_a_commit_only_the_bad_ones_fail()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var other = await new TestRoom(_test.Rooms, "other").CreateAsync();
        var unknown = new TestRoom(_test.Rooms, "unknown");
        var alias = RoomAlias.Parse("#alias:hybrid.test");
        var (once, twice) = (room.Build("m.room.message", "{}", Alice, null, Device, "t"), room.Build("m.room.message", "{}", Alice, null, Device, "t"));
        var stray = unknown.Build("m.room.message", "{}", Alice, null);
        var release = await _test.HoldWriterAsync();
        var first = room.AppendAsync(once);
        var repeated = room.AppendAsync(twice);
        var homeless = unknown.AppendAsync(new RoomAppend(unknown.RoomId, [stray], [stray.EventId]));
        var said = other.SayAsync(Bob);
        var claims = new[] { "a", "b" }.Select(name => ClaimAsync(name, alias)).ToArray();
        release();

        await first;
        await said;
        Assert.Equal(once.EventId, (await Assert.ThrowsAsync<DuplicateTransactionException>(() => repeated)).EventId);
        await Assert.ThrowsAnyAsync<Exception>(() => homeless);
        await claims[0];
        await Assert.ThrowsAsync<AliasTakenException>(() => claims[1]);
        Assert.Equal([1L, 2, 3, 4, 5, 6, 7], (await _test.Rooms.ReadLogAsync(0, 100, default)).Select(static entry => entry.Position));
        Assert.Equal(7, _test.Hub.Current(StreamKind.Events));
        Assert.Equal([0L, 0], new[] { twice.Position, stray.Position });
        _test.Reopen();
        Assert.Equal(7, _test.Hub.Current(StreamKind.Events));
    }

    [Fact]
    public async Task Any_text_that_a_client_can_send_is_kept_as_it_is()
    {
        const string Odd = "m.\0odd\uFDD0\uFDD00%_*\\é\ud83d\ude00";
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var sent = room.Build(Odd, "{}", Alice, Odd, Device, Odd);
        await room.AppendAsync(sent);

        var found = (await _test.Rooms.FindEventAsync(sent.EventId, default))!;
        Assert.Equal((Odd, Odd, Odd), (found.Type, found.StateKey, found.Transaction!.TransactionId));
        Assert.Equal(sent.EventId, await _test.Rooms.FindTransactionAsync(room.RoomId, Odd, sent.Transaction!, default));
        Assert.Equal(sent.EventId, (await _test.Rooms.ReadStateEntryAtAsync(room.RoomId, Odd, Odd, sent.Position, default))?.EventId);
        var again = room.Build(Odd, "{}", Alice, null, Device, Odd);
        await Assert.ThrowsAsync<DuplicateTransactionException>(async () => await room.AppendAsync(again));
    }

    [Fact]
    public async Task Names_of_any_length_are_stored()
    {
        // Random, so that nothing can be compressed.
        var name = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(4000));
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var said = await room.SayAsync(Alice, "hello", Device, name);
        var related = await room.RelateAsync(Bob, said, name);

        Assert.Equal(said.EventId, await _test.Rooms.FindTransactionAsync(room.RoomId, "m.room.message", said.Transaction!, default));
        Assert.Equal([related.Position], (await _test.Rooms.ReadRelationsAsync(
            new RelationQuery(said.EventId, name, null, long.MaxValue, null, true, 10), default)).Events.Select(static entry => entry.Position));
    }

    public void Dispose()
    {
        _test.Dispose();
        GC.SuppressFinalize(this);
    }

    async Task ClaimAsync(string name, RoomAlias alias)
    {
        var room = new TestRoom(_test.Rooms, name);
        var create = room.Build("m.room.create", "{}", Alice, "");
        await room.AppendAsync(new RoomAppend(room.RoomId, [create], [create.EventId]) { NewRoom = room.Record, NewAliases = [alias] });
    }
}
