using System.Text;
using Hybrid.Accounts.Filters;
using Hybrid.Primitives;
using Hybrid.Storage.Push;
using static Hybrid.Sync.Tests.SyncServer;

namespace Hybrid.Sync.Tests;

public sealed class FilterTests : IDisposable
{
    readonly SyncServer _server = new();

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("""{"types":["m.room.*"]}""", "message,topic")]
    [InlineData("""{"not_types":["m.room.t*c"]}""", "message,custom")]
    [InlineData("""{"types":[]}""", "")]
    [InlineData("""{"types":["*e"]}""", "message")]
    [InlineData("""{"not_senders":["@alice:hybrid.test"]}""", "")]
    [InlineData("""{"senders":["@alice:hybrid.test"]}""", "message,topic,custom")]
    [InlineData("""{"contains_url":true}""", "custom")]
    [InlineData("""{"contains_url":false}""", "message,topic")]
    [InlineData("""{"limit":1}""", "custom")]
    public async Task A_timeline_filter_chooses_events(string timeline, string expected)
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var filter = $$$"""{"room":{"state":{"types":[]},"timeline":{{{timeline}}} } }""";
        var first = await _server.SyncAsync(Bob);
        await _server.SayAsync(room, Alice, "x");
        await _server.SendAsync(room, Alice, "m.room.topic", """{"topic":"x"}""", "");
        await _server.SendAsync(room, Alice, "org.example.custom", """{"url":"mxc://a/b"}""");

        var types = (await _server.SyncAsync(Bob, first, filter)).Timeline(room).Select(stored => SyncAnswer.Type(stored).Split('.')[^1]);

        Assert.Equal(expected, string.Join(',', types));
    }

    [Fact]
    public async Task Rooms_are_left_out_altogether()
    {
        var (one, two) = (await _server.CreateRoomAsync(Alice), await _server.CreateRoomAsync(Alice));

        var only = await _server.SyncAsync(Alice, filter: $$$"""{"room":{"rooms":["{{{one}}}"]}}""");
        var without = await _server.SyncAsync(Alice, filter: $$$"""{"room":{"not_rooms":["{{{one}}}"]}}""");

        Assert.NotNull(only.Joined(one));
        Assert.Null(only.Joined(two));
        Assert.Null(without.Joined(one));
        Assert.NotNull(without.Joined(two));
    }

    [Fact]
    public async Task Event_fields_keep_nothing_else()
    {
        var room = await _server.CreateRoomAsync(Alice);
        await _server.SayAsync(room, Alice, "x");

        var answer = await _server.SyncAsync(Alice, filter: """{"event_fields":["type","content.body"],"room":{"timeline":{"limit":1}}}""");

        Assert.Equal("""{"content":{"body":"x"},"type":"m.room.message"}""", Assert.Single(answer.Timeline(room)).GetRawText());
    }

    [Fact]
    public async Task The_federation_format_is_the_event_as_servers_sign_it()
    {
        var room = await _server.CreateRoomAsync(Alice);

        var answer = await _server.SyncAsync(Alice, filter: """{"event_format":"federation"}""");

        Assert.True(answer.Timeline(room)[^1].TryGetProperty("auth_events", out _));
    }

    [Fact]
    public async Task Threads_are_counted_apart_only_when_asked_for()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var root = await _server.SayAsync(room, Alice, "root");
        _server.Unread.Counts[(Bob, room)] = new UnreadCounts(new(1, 0), new Dictionary<EventId, UnreadCount> { [root] = new(2, 1) });

        var together = (await _server.SyncAsync(Bob)).Joined(room)!.Value;
        var apart = (await _server.SyncAsync(Bob, filter: """{"room":{"timeline":{"unread_thread_notifications":true}}}""")).Joined(room)!.Value;

        Assert.Equal(3, together.GetProperty("unread_notifications").GetProperty("notification_count").GetInt32());
        Assert.False(together.TryGetProperty("unread_thread_notifications", out _));
        Assert.Equal(1, apart.GetProperty("unread_notifications").GetProperty("notification_count").GetInt32());
        Assert.Equal(1, apart.GetProperty("unread_thread_notifications").GetProperty(root.Value).GetProperty("highlight_count").GetInt32());
    }

    [Fact]
    public async Task An_uploaded_filter_is_found_by_its_ID_and_by_its_owner_alone()
    {
        var filters = _server.Get<FilterRegistry>();
        var json = Encoding.UTF8.GetBytes("""{"room":{"timeline":{"limit":3}}}""");

        var id = await filters.AddAsync(Alice, json, default);

        Assert.Equal(id, await filters.AddAsync(Alice, json, default));
        Assert.Equal(3, (await filters.ResolveAsync(Alice, id, default)).Value.Timeline.Limit);
        Assert.Equal(json, (await filters.FindDefinitionAsync(Alice, id, default))!.Value.ToArray());
        Assert.Equal("M_INVALID_PARAM", (await filters.ResolveAsync(Bob, id, default)).Error!.Code);
    }

    [Theory]
    [InlineData("""{"room":{"timeline":{"limit":"ten"}}}""", "M_BAD_JSON")]
    [InlineData("""{"room":{"rooms":["not a room"]}}""", "M_BAD_JSON")]
    [InlineData("""{"event_format":"xml"}""", "M_INVALID_PARAM")]
    [InlineData("""{"room":{"timeline":{"limit":-1}}}""", "M_INVALID_PARAM")]
    public void A_filter_that_is_wrong_is_refused(string json, string code)
    {
        var refusal = Assert.Throws<MatrixException>(() => SyncFilter.Parse(Encoding.UTF8.GetBytes(json)));
        Assert.Equal(code, refusal.Error.Code);
    }
}
