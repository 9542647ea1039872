using Hybrid.Storage.Rooms;
using Hybrid.Tests.Shared;
using static Hybrid.Tests.Shared.TestRoom;

namespace Hybrid.Storage.Tests.Rooms;

public sealed class SqliteRoomLogTests() : RoomLogTests(TestEngine.Sqlite);

public sealed class PostgresRoomLogTests() : RoomLogTests(TestEngine.Postgres);

/// <summary>What every engine must answer about the log.</summary>
public abstract class RoomLogTests(TestEngine engine) : IDisposable
{
    readonly TestDatabase _test = new(engine);

    [Fact]
    public async Task Pages_meet_without_overlap_in_both_directions()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        for (var i = 0; i < 5; i++)
            await room.SayAsync(Alice);

        Assert.Equal([7, 6, 5, 4, 3, 2, 1], await PagesAsync(new TimelineQuery(room.RoomId, long.MaxValue, null, true, 3)));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], await PagesAsync(new TimelineQuery(room.RoomId, 0, null, false, 3)));
        Assert.Equal([6, 5, 4], await PagesAsync(new TimelineQuery(room.RoomId, 7, 3, true, 10)));
        Assert.Equal([4, 5, 6], await PagesAsync(new TimelineQuery(room.RoomId, 3, 6, false, 10)));
    }

    [Fact]
    public async Task Filters_match_types_senders_urls_and_relations()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var said = await room.SayAsync(Alice);
        var odd = await room.AppendAsync(room.Build("m.[odd]?", """{"url":"mxc://a/b"}""", Bob, null));
        var reply = await room.RelateAsync(Bob, said, "m.thread");
        var all = new TimelineQuery(room.RoomId, 0, null, false, 10);

        Assert.Equal([said.Position, reply.Position], await PagesAsync(all with { Types = ["m.room.mess*"] }));
        Assert.Equal([odd.Position], await PagesAsync(all with { Types = ["m.[odd]?"] }));
        Assert.Equal([odd.Position], await PagesAsync(all with { NotTypes = ["m.room.*"] }));
        Assert.Equal([odd.Position, reply.Position], await PagesAsync(all with { Senders = [Bob] }));
        Assert.Equal([1, 2, said.Position], await PagesAsync(all with { NotSenders = [Bob] }));
        Assert.Equal([odd.Position], await PagesAsync(all with { ContainsUrl = true }));
        Assert.Equal([1, 2, said.Position, reply.Position], await PagesAsync(all with { ContainsUrl = false }));
        Assert.Equal([said.Position], await PagesAsync(all with { RelatedByTypes = ["m.thread"], RelatedBySenders = [Bob] }));
        Assert.Empty(await PagesAsync(all with { RelatedByTypes = ["m.thread"], RelatedBySenders = [Carol] }));
        Assert.Empty(await PagesAsync(all with { Types = [] }));
    }

    [Fact]
    public async Task Events_are_found_by_the_clock()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var first = await room.SayAsync(Alice);
        var second = await room.SayAsync(Alice);
        var between = first.OriginServerTs + 1;

        Assert.Equal(second.EventId, (await _test.Rooms.ReadByTimeAsync(room.RoomId, between, false, 0, 1, default)).Single().EventId);
        Assert.Equal(first.EventId, (await _test.Rooms.ReadByTimeAsync(room.RoomId, between, true, 0, 1, default)).Single().EventId);
        Assert.Empty(await _test.Rooms.ReadByTimeAsync(room.RoomId, second.OriginServerTs + 1, false, 0, 1, default));
    }

    [Fact]
    public async Task State_at_a_position_is_the_latest_change_at_or_before_it()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var first = await room.SetAsync("m.room.name", """{"name":"one"}""");
        await room.SayAsync(Alice);
        var second = await room.SetAsync("m.room.name", """{"name":"two"}""");

        Assert.Null(await _test.Rooms.ReadStateEntryAtAsync(room.RoomId, "m.room.name", "", first.Position - 1, default));
        Assert.Equal(first.EventId, (await _test.Rooms.ReadStateEntryAtAsync(room.RoomId, "m.room.name", "", second.Position - 1, default))?.EventId);
        Assert.Equal(second.EventId, (await _test.Rooms.ReadStateEntryAtAsync(room.RoomId, "m.room.name", "", second.Position, default))?.EventId);
        Assert.Equal(2, (await _test.Rooms.ReadStateAtAsync(room.RoomId, first.Position - 1, default)).Count);
        Assert.Contains(await _test.Rooms.ReadStateAtAsync(room.RoomId, second.Position - 1, default), entry => entry.EventId == first.EventId);
        Assert.Equal([second.Position], (await _test.Rooms.ReadStateChangesAsync(room.RoomId, first.Position, second.Position, default)).Select(static change => change.Position));
        Assert.Equal(first.EventId, second.ReplacesState);
    }

    [Fact]
    public async Task The_latest_valid_edit_is_the_replacement()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var said = await room.SayAsync(Alice);
        await room.EditAsync(Alice, said);
        var edit = await room.EditAsync(Alice, said);
        await room.EditAsync(Bob, said);
        await room.EditAsync(Alice, said, "m.other");
        await room.RelateAsync(Alice, said, "m.replace");
        await room.EditAsync(Alice, edit);

        Assert.Equal(edit.EventId, (await SummaryAsync(said))?.Replacement?.EventId);
        Assert.Null((await SummaryAsync(edit))?.Replacement);
    }

    [Fact]
    public async Task Redacted_relations_do_not_count_and_their_bytes_are_gone()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var said = await room.SayAsync(Alice);
        var first = await room.RelateAsync(Bob, said, "m.thread");
        var second = await room.RelateAsync(Alice, said, "m.thread");
        var reference = await room.RelateAsync(Bob, said, "m.reference", "m.poll.response");
        var before = await SummaryAsync(said);
        Assert.Equal((2, second.EventId), (before!.ThreadCount, before.LatestReply!.EventId));
        Assert.Equal([reference.EventId], before.References);

        var redaction = await room.RedactAsync(Alice, second);
        var after = await SummaryAsync(said);
        Assert.Equal((1, first.EventId), (after!.ThreadCount, after.LatestReply!.EventId));
        var stored = await _test.Rooms.FindEventAsync(second.EventId, default);
        Assert.Equal(redaction.EventId, stored!.RedactedBy);
        Assert.DoesNotContain("related", System.Text.Encoding.UTF8.GetString(stored.Json.Span), StringComparison.Ordinal);
        Assert.Null(stored.RelatesTo);
    }

    [Fact]
    public async Task Relations_are_paged_filtered_and_followed_to_a_depth()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var said = await room.SayAsync(Alice);
        var reply = await room.RelateAsync(Bob, said, "m.thread");
        var reaction = await room.RelateAsync(Alice, reply, "m.annotation", "m.reaction");
        var direct = await room.RelateAsync(Alice, said, "m.annotation", "m.reaction");
        var query = new RelationQuery(said.EventId, null, null, long.MaxValue, null, true, 10);

        Assert.Equal([direct.Position, reply.Position], await IdsAsync(query));
        Assert.Equal([direct.Position, reaction.Position, reply.Position], await IdsAsync(query with { Depth = 3 }));
        Assert.Equal([direct.Position, reaction.Position], await IdsAsync(query with { Depth = 3, RelationType = "m.annotation" }));
        Assert.Equal([reply.Position], await IdsAsync(query with { EventType = "m.room.message" }));
        var page = await _test.Rooms.ReadRelationsAsync(query with { Limit = 1 }, default);
        Assert.Equal(direct.Position, page.Next);
        Assert.Equal([reply.Position], await IdsAsync(query with { From = page.Next!.Value }));

        async Task<IEnumerable<long>> IdsAsync(RelationQuery wanted) =>
            (await _test.Rooms.ReadRelationsAsync(wanted, default)).Events.Select(static entry => entry.Position);
    }

    [Fact]
    public async Task Threads_come_with_the_newest_reply_first()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var first = await room.SayAsync(Alice);
        var second = await room.SayAsync(Carol);
        await room.RelateAsync(Alice, second, "m.thread");
        var late = await room.RelateAsync(Carol, first, "m.thread");
        var third = await room.SayAsync(Carol);
        await room.RelateAsync(Carol, third, "m.thread");

        var all = await _test.Rooms.ReadThreadsAsync(room.RoomId, Alice, false, [], long.MaxValue, 10, default);
        Assert.Equal([third.EventId, first.EventId, second.EventId], all.Select(static thread => thread.Root.EventId));
        Assert.Equal([false, true, true], all.Select(static thread => thread.Participated));
        var mine = await _test.Rooms.ReadThreadsAsync(room.RoomId, Alice, true, [], late.Position, 10, default);
        Assert.Equal([second.EventId], mine.Select(static thread => thread.Root.EventId));
        Assert.Equal([first.EventId, second.EventId], (await _test.Rooms.FindParticipatedThreadsAsync([first.EventId, second.EventId, third.EventId], Alice, default)).Order());
    }

    [Fact]
    public async Task A_filter_looks_into_content_that_has_a_zero_character()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var plain = await room.AppendAsync(room.Build("m.a", """{"body":"\u0000 \\u0000"}""", Bob, null));
        var linked = await room.AppendAsync(room.Build("m.a", """{"body":"\u0000 \\u0000","url":"mxc://a/b"}""", Bob, null));
        var ofBob = new TimelineQuery(room.RoomId, 0, null, false, 10) { Senders = [Bob] };

        Assert.Equal([linked.Position], await PagesAsync(ofBob with { ContainsUrl = true }));
        Assert.Equal([plain.Position], await PagesAsync(ofBob with { ContainsUrl = false }));
    }

    public void Dispose()
    {
        _test.Dispose();
        GC.SuppressFinalize(this);
    }

    async Task<List<long>> PagesAsync(TimelineQuery query)
    {
        var positions = new List<long>();
        while (true)
        {
            var page = await _test.Rooms.ReadTimelineAsync(query, default);
            positions.AddRange(page.Events.Select(static entry => entry.Position));
            if (page.Next is not { } next)
                return positions;
            query = query with { From = next };
        }
    }

    async Task<RelationSummary?> SummaryAsync(StoredEvent parent) =>
        (await _test.Rooms.ReadRelationSummariesAsync([parent.EventId], [], default)).SingleOrDefault();
}
