using Hybrid.Primitives;
using Hybrid.Primitives.Text;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Search;
using Hybrid.Tests.Shared;
using static Hybrid.Tests.Shared.TestRoom;

namespace Hybrid.Storage.Tests.Search;

public sealed class SqliteMessageIndexStoreTests() : MessageIndexStoreTests(TestEngine.Sqlite);

public sealed class PostgresMessageIndexStoreTests() : MessageIndexStoreTests(TestEngine.Postgres);

/// <summary>What every engine must do about the index of messages.</summary>
public abstract class MessageIndexStoreTests(TestEngine engine) : IDisposable
{
    readonly TestDatabase _test = new(engine);

    IMessageIndexStore Index => _test.Get<IMessageIndexStore>();

    [Theory]
    [InlineData("hello", "Hello world", true)]
    [InlineData("wor", "hello world", true)]
    [InlineData("world hello", "hello world", true)]
    [InlineData("orld", "hello world", false)]
    [InlineData("hello there", "hello world", false)]
    [InlineData("索", "検索中", true)]
    [InlineData("中", "検索中", true)]
    [InlineData("索中", "検索中", true)]
    [InlineData("検索中", "検索中", true)]
    [InlineData("検中", "検索中", false)]
    [InlineData("検索中", "検索。索中", false)]
    [InlineData("🙂 and or not near", "and or not near", true)]
    [InlineData("it's", "it's", true)]
    public async Task A_text_is_found_by_what_is_in_it(string term, string text, bool found)
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var said = await PutAsync(room, text);

        var matches = await Index.FindRecentAsync(Query(term, room), long.MaxValue, 10, default);

        Assert.Equal(found ? [said.EventId] : [], matches.Select(static match => match.Event.EventId));
        Assert.Equal(matches.Count, (await Index.FindBestAsync(Query(term, room), 10, default)).Count);
        Assert.Equal(matches.Count, await Index.CountAsync(Query(term, room), default));
    }

    [Fact]
    public async Task Rooms_and_keys_bound_a_search()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var other = await new TestRoom(_test.Rooms, "other").CreateAsync();
        var said = await PutAsync(room, "word");
        var topic = await PutAsync(room, "word", SearchKeys.Topic);
        await PutAsync(other, "word");

        Assert.Equal([topic.EventId, said.EventId], await FindAsync(Query("word", room)));
        Assert.Equal([topic.EventId], await FindAsync(Query("word", room) with { Keys = SearchKeys.Topic | SearchKeys.Name }));
        Assert.Equal(3, (await FindAsync(Query("word", room, other))).Count);
        // Of so many rooms the index is not asked for each.
        RoomId[] many = [room.RoomId, .. Enumerable.Range(0, 30).Select(static number => RoomId.Parse($"!r{number}:hybrid.test"))];
        Assert.Equal(2, (await FindAsync(Query("word", room) with { Rooms = many })).Count);
        Assert.Empty(await FindAsync(Query("word", room) with { Rooms = [] }));
    }

    [Fact]
    public async Task The_newest_come_first_and_in_pages()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var said = new List<EventId>();
        for (var i = 0; i < 5; i++)
            said.Insert(0, (await PutAsync(room, $"word {i}")).EventId);

        var first = await Index.FindRecentAsync(Query("word", room), long.MaxValue, 3, default);
        var second = await Index.FindRecentAsync(Query("word", room), first[^1].Event.Position, 3, default);

        Assert.Equal(said, first.Concat(second).Select(static match => match.Event.EventId));
    }

    [Fact]
    public async Task The_best_come_first()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var best = await PutAsync(room, "word word word");
        await PutAsync(room, "one word among a good many others which have nothing to do with it at all");

        var found = await Index.FindBestAsync(Query("word", room), 2, default);

        Assert.Equal(best.EventId, found[0].Event.EventId);
        Assert.True(found[0].Rank > found[1].Rank);
        Assert.Single(await Index.FindBestAsync(Query("word", room), 1, default));
    }

    [Fact]
    public async Task A_text_is_replaced_and_what_replaced_it_is_known()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var said = await PutAsync(room, "before");
        var edit = await room.EditAsync(Alice, said);

        await Index.ApplyAsync(new MessageIndexChange([Message(said, "after") with { Shown = edit.Position }], [], edit.Position), default);

        Assert.Empty(await FindAsync(Query("before", room)));
        Assert.Equal([said.EventId], await FindAsync(Query("after", room)));
        Assert.Equal([said.EventId], await Index.FindEditedAsync([edit.Position, 999], default));
        Assert.Empty(await Index.FindEditedAsync([said.Position], default));
        Assert.Empty(await Index.FindEditedAsync([], default));
        Assert.Equal(edit.Position, await Index.ReadPositionAsync(default));

        await Index.ApplyAsync(new MessageIndexChange([], [said.Position], edit.Position + 1), default);
        Assert.Empty(await FindAsync(Query("after", room)));
    }

    [Fact]
    public async Task Purges_deletions_and_erasures_take_texts_out()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var other = await new TestRoom(_test.Rooms, "other").CreateAsync();
        await PutAsync(room, "word");
        var boundary = await PutAsync(room, "word");
        var bobs = await PutAsync(room, "word", sender: Bob);
        await PutAsync(other, "word");

        await _test.Removals.PurgeAsync(new HistoryPurge(room.RoomId, boundary.Position), 100, default);
        Assert.Equal([bobs.EventId, boundary.EventId], await FindAsync(Query("word", room)));

        await Index.RemoveSenderAsync(Bob, default);
        Assert.Equal([boundary.EventId], await FindAsync(Query("word", room)));

        await _test.Removals.MarkDeletedAsync(room.RoomId, default);
        while (!(await _test.Removals.RemoveRowsAsync(room.RoomId, 100, default)).IsComplete)
        {
        }

        Assert.Equal(1, await _test.ReadIntegerAsync("SELECT COUNT(*) FROM message_search"));
        Assert.Single(await FindAsync(Query("word", other)));
    }

    [Fact]
    public async Task An_event_that_is_gone_is_not_taken_in()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var said = await room.SayAsync(Alice);

        await Index.ApplyAsync(new MessageIndexChange([Message(said, "word") with { Position = said.Position + 100 }], [], said.Position), default);

        Assert.Equal(0, await _test.ReadIntegerAsync("SELECT COUNT(*) FROM message_search"));
    }

    [Fact]
    public async Task The_place_in_the_log_survives_a_restart()
    {
        Assert.Equal(0, await Index.ReadPositionAsync(default));
        await Index.ApplyAsync(new MessageIndexChange([], [], 7), default);

        _test.Reopen();

        Assert.Equal(7, await Index.ReadPositionAsync(default));
    }

    public void Dispose() => _test.Dispose();

    static MessageQuery Query(string term, params TestRoom[] rooms) =>
        new(SearchTokens.Wanted(term), [.. rooms.Select(static room => room.RoomId)], SearchKeys.All);

    static IndexedMessage Message(StoredEvent said, string text, SearchKeys key = SearchKeys.Body) =>
        new(said.Position, said.RoomId, key, said.Position, SearchTokens.Of(text));

    async Task<StoredEvent> PutAsync(TestRoom room, string text, SearchKeys key = SearchKeys.Body, UserId? sender = null)
    {
        var said = await room.SayAsync(sender ?? Alice);
        await Index.ApplyAsync(new MessageIndexChange([Message(said, text, key)], [], said.Position), default);
        return said;
    }

    async Task<List<EventId>> FindAsync(MessageQuery query) =>
        [.. (await Index.FindRecentAsync(query, long.MaxValue, 100, default)).Select(static match => match.Event.EventId)];
}
