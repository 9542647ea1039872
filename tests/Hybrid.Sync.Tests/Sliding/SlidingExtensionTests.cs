using System.Globalization;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Storage.Receipts;
using Hybrid.Storage.Threads;
using static Hybrid.Sync.Tests.SyncServer;

namespace Hybrid.Sync.Tests;

/// <summary>What a sliding sync carries beside rooms (MSC4186, "Extensions").</summary>
public sealed class SlidingExtensionTests : IDisposable
{
    readonly SyncServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Nothing_comes_that_is_not_enabled()
    {
        var answer = await _server.SlideAsync(Bob, """{"extensions":{"to_device":{},"e2ee":{"enabled":false},"unknown":{"enabled":true}}}""");

        Assert.Equal("{}", answer.Root.GetProperty("extensions").GetRawText());
    }

    [Fact]
    public async Task Messages_for_the_device_come_until_they_are_acknowledged()
    {
        await _server.SendToDeviceAsync(Alice, Bob, """{"n":1}""", "one");
        var first = await _server.SlideAsync(Bob, ToDevice(null));
        var again = await _server.SlideAsync(Bob, ToDevice(null), first.Pos);
        await _server.SendToDeviceAsync(Alice, Bob, """{"n":2}""", "two");
        var second = await _server.SlideAsync(Bob, ToDevice(NextBatch(again)), again.Pos);
        var none = await _server.SlideAsync(Bob, ToDevice(NextBatch(second)), second.Pos);
        var forgotten = await _server.SlideAsync(Bob, ToDevice(null), none.Pos);

        Assert.Equal([1], Numbers(first));
        Assert.Equal([1], Numbers(again));
        Assert.Equal([2], Numbers(second));
        Assert.Empty(Numbers(none));
        Assert.Empty(Numbers(forgotten));
    }

    [Fact]
    public async Task Messages_for_the_device_come_in_order_a_limited_number_at_a_time()
    {
        for (var i = 0; i < 5; i++)
            await _server.SendToDeviceAsync(Alice, Bob, $$"""{"n":{{i}}}""", $"{i}");
        var first = await _server.SlideAsync(Bob, ToDevice(null, 3));
        var second = await _server.SlideAsync(Bob, ToDevice(NextBatch(first), 3), first.Pos);

        Assert.Equal([0, 1, 2], Numbers(first));
        Assert.Equal([3, 4], Numbers(second));
    }

    [Fact]
    public async Task A_message_for_the_device_ends_a_wait()
    {
        var first = await _server.SlideAsync(Bob, ToDevice(null));

        var waiting = _server.SlideAsync(Bob, ToDevice(NextBatch(first)), first.Pos, wait: TimeSpan.FromMinutes(1));
        await _server.SendToDeviceAsync(Alice, Bob, """{"n":1}""", "one");

        Assert.Equal([1], Numbers(await waiting));
    }

    [Fact]
    public async Task Followed_threads_come_when_they_change_the_newest_first_and_where_to_find_the_rest()
    {
        const string Threads = """{"extensions":{"io.element.msc4308.thread_subscriptions":{"enabled":true,"limit":2}}}""";
        var room = await _server.CreateRoomAsync(Bob);
        var store = _server.Get<IThreadSubscriptionStore>();
        for (var i = 1; i <= 3; i++)
            await store.SubscribeAsync(Bob, room, EventId.Parse($"${i}"), i == 3 ? 1 : null, 10, default);
        await store.SubscribeAsync(Alice, room, EventId.Parse("$other"), null, 10, default);

        var first = await _server.SlideAsync(Bob, Threads);
        var waiting = _server.SlideAsync(Bob, Threads, first.Pos, wait: TimeSpan.FromMinutes(1));
        await store.UnsubscribeAsync(Bob, room, EventId.Parse("$3"), 5, default);
        var second = await waiting;
        var third = await _server.SlideAsync(Bob, Threads, second.Pos);

        var told = Told(first)!.Value;
        Assert.Equal(["$2", "$3"], told.GetProperty("subscribed").GetProperty(room.Value).EnumerateObject().Select(static thread => thread.Name));
        Assert.False(told.GetProperty("subscribed").GetProperty(room.Value).GetProperty("$2").GetProperty("automatic").GetBoolean());
        var latest = told.GetProperty("subscribed").GetProperty(room.Value).GetProperty("$3");
        Assert.True(latest.GetProperty("automatic").GetBoolean());
        var before = await store.ReadChangesAsync(Bob, 0, long.Parse(told.GetProperty("prev_batch").GetString()!, CultureInfo.InvariantCulture), 10, default);
        Assert.Equal("$1", Assert.Single(before).RootId.Value);
        Assert.False(Told(second)!.Value.TryGetProperty("subscribed", out _));
        Assert.False(Told(second)!.Value.TryGetProperty("prev_batch", out _));
        Assert.True(Told(second)!.Value.GetProperty("unsubscribed").GetProperty(room.Value).GetProperty("$3").GetProperty("bump_stamp").GetInt64() > latest.GetProperty("bump_stamp").GetInt64());
        Assert.Null(Told(third));

        static JsonElement? Told(SlidingAnswer answer) => answer.Find("extensions", "io.element.msc4308.thread_subscriptions");
    }

    [Fact]
    public async Task Encryption_tells_of_keys_and_of_those_who_come_and_go()
    {
        const string Encryption = """{"extensions":{"e2ee":{"enabled":true}}}""";
        var room = await _server.CreateRoomAsync(Bob, Alice);
        var first = await _server.SlideAsync(Bob, Encryption);
        await _server.JoinAsync(room, Carol);
        var joined = await _server.SlideAsync(Bob, Encryption, first.Pos);
        await _server.LeaveAsync(room, Carol);
        var left = await _server.SlideAsync(Bob, Encryption, joined.Pos);

        Assert.NotNull(first.Find("extensions", "e2ee", "device_one_time_keys_count"));
        Assert.NotNull(first.Find("extensions", "e2ee", "device_unused_fallback_key_types"));
        Assert.Null(first.Find("extensions", "e2ee", "device_lists"));
        Assert.Equal(Carol.Value, joined.Find("extensions", "e2ee", "device_lists", "changed")?[0].GetString());
        Assert.Equal(Carol.Value, left.Find("extensions", "e2ee", "device_lists", "left")?[0].GetString());
    }

    [Fact]
    public async Task Account_data_comes_globally_and_for_rooms_in_sight()
    {
        var (first, second) = (await _server.CreateRoomAsync(Alice, Bob), await _server.CreateRoomAsync(Alice, Bob));
        await _server.StoreAsync(Bob, "m.global", """{"n":1}""");
        await _server.StoreAsync(Bob, "m.local", """{"n":1}""", first);
        await _server.StoreAsync(Bob, "m.local", """{"n":1}""", second);
        var top = await _server.SlideAsync(Bob, With("account_data", 0));
        await _server.StoreAsync(Bob, "m.global", """{"n":2}""");
        await _server.StoreAsync(Bob, "m.local", """{"n":2}""", second);
        var changed = await _server.SlideAsync(Bob, With("account_data", 0), top.Pos);
        var all = await _server.SlideAsync(Bob, With("account_data", 9), changed.Pos);

        Assert.Contains("m.global", top.Find("extensions", "account_data", "global")?.GetRawText(), StringComparison.Ordinal);
        Assert.Equal([second.Value], Extended(top, "account_data"));
        Assert.Equal([second.Value], Extended(changed, "account_data"));
        Assert.Equal(2, changed.Find("extensions", "account_data", "global")?[0].GetProperty("content").GetProperty("n").GetInt32());
        Assert.Equal([first.Value], Extended(all, "account_data"));
    }

    [Fact]
    public async Task Account_data_of_a_room_that_was_out_of_sight_is_caught_up_with()
    {
        var (first, second) = (await _server.CreateRoomAsync(Alice, Bob), await _server.CreateRoomAsync(Alice, Bob));
        var both = await _server.SlideAsync(Bob, With("account_data", 9));
        await _server.StoreAsync(Bob, "m.local", """{"n":1}""", first);
        var top = await _server.SlideAsync(Bob, With("account_data", 0), both.Pos);
        var disabled = await _server.SlideAsync(Bob, With("account_data", 0, enabled: false), top.Pos);
        await _server.StoreAsync(Bob, "m.local", """{"n":2}""", second);
        var still = await _server.SlideAsync(Bob, With("account_data", 0, enabled: false), disabled.Pos);
        var all = await _server.SlideAsync(Bob, With("account_data", 9), still.Pos);

        Assert.Empty(Extended(top, "account_data"));
        Assert.Equal(new[] { first.Value, second.Value }.Order(StringComparer.Ordinal), Extended(all, "account_data").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Receipts_of_a_new_room_are_of_what_it_shows_and_ones_own()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob, Carol);
        var old = await _server.SayAsync(room, Alice, "old");
        for (var i = 0; i < 3; i++)
            await _server.SayAsync(room, Alice, $"{i}");
        var shown = await _server.SayAsync(room, Alice, "shown");
        await _server.ReadAsync(room, Alice, old);
        await _server.ReadAsync(room, Bob, old, ReceiptTypes.ReadPrivate);
        await _server.ReadAsync(room, Carol, shown);

        var receipts = (await _server.SlideAsync(Bob, With("receipts", 9))).Find("extensions", "receipts", "rooms", room.Value)?.GetProperty("content");

        Assert.Equal(JsonValueKind.Object, receipts?.GetProperty(shown.Value).GetProperty("m.read").GetProperty(Carol.Value).ValueKind);
        var ofOld = receipts?.GetProperty(old.Value);
        Assert.False(ofOld?.TryGetProperty("m.read", out _));
        Assert.True(ofOld?.GetProperty("m.read.private").TryGetProperty(Bob.Value, out _));
    }

    [Fact]
    public async Task Receipts_come_as_they_change_and_those_of_others_stay_private()
    {
        var (first, second) = (await _server.CreateRoomAsync(Alice, Bob), await _server.CreateRoomAsync(Alice, Bob));
        var (inFirst, inSecond) = (await _server.SayAsync(first, Bob, "a"), await _server.SayAsync(second, Bob, "b"));
        var both = await _server.SlideAsync(Bob, With("receipts", 9));
        await _server.ReadAsync(first, Alice, inFirst);
        var top = await _server.SlideAsync(Bob, With("receipts", 0), both.Pos);
        await _server.ReadAsync(second, Alice, inSecond, ReceiptTypes.ReadPrivate);
        var hidden = await _server.SlideAsync(Bob, With("receipts", 0), top.Pos);
        await _server.ReadAsync(second, Alice, inSecond, thread: ReceiptTypes.MainThread);
        var read = await _server.SlideAsync(Bob, With("receipts", 0), hidden.Pos);
        var all = await _server.SlideAsync(Bob, With("receipts", 9), read.Pos);

        Assert.Empty(Extended(top, "receipts"));
        Assert.Empty(Extended(hidden, "receipts"));
        Assert.Equal([second.Value], Extended(read, "receipts"));
        Assert.Equal([first.Value], Extended(all, "receipts"));
    }

    [Fact]
    public async Task Who_types_in_a_room_in_sight_is_told_and_ends_a_wait()
    {
        var (first, second) = (await _server.CreateRoomAsync(Alice, Bob), await _server.CreateRoomAsync(Alice, Bob));
        _server.Typing.Set(second, Alice, TimeSpan.FromSeconds(30));
        var top = await _server.SlideAsync(Bob, With("typing", 0));
        _server.Typing.Set(first, Alice, TimeSpan.FromSeconds(30));
        var none = await _server.SlideAsync(Bob, With("typing", 0), top.Pos);
        var waiting = _server.SlideAsync(Bob, With("typing", 0), none.Pos, wait: TimeSpan.FromMinutes(1));
        _server.Typing.Set(second, Alice, TimeSpan.Zero);
        var stopped = await waiting;

        Assert.Equal(Alice.Value, top.Find("extensions", "typing", "rooms", second.Value, "content", "user_ids")?[0].GetString());
        Assert.Empty(Extended(none, "typing"));
        Assert.Equal(0, stopped.Find("extensions", "typing", "rooms", second.Value, "content", "user_ids")?.GetArrayLength());
    }

    [Theory]
    [InlineData("""{"enabled":true,"lists":[],"rooms":[]}""", "")]
    [InlineData("""{"enabled":true,"lists":["top"],"rooms":[]}""", "listed")]
    [InlineData("""{"enabled":true,"lists":["other"],"rooms":[]}""", "")]
    [InlineData("""{"enabled":true,"lists":[],"rooms":["$SUBSCRIBED"]}""", "subscribed")]
    [InlineData("""{"enabled":true}""", "subscribed,listed")]
    public async Task An_extension_says_which_lists_and_rooms_it_is_for(string extension, string expected)
    {
        var (subscribed, listed) = (await _server.CreateRoomAsync(Alice, Bob), await _server.CreateRoomAsync(Alice, Bob));
        await _server.StoreAsync(Bob, "m.local", "{}", subscribed);
        await _server.StoreAsync(Bob, "m.local", "{}", listed);
        extension = extension.Replace("$SUBSCRIBED", subscribed.Value, StringComparison.Ordinal);

        var answer = await _server.SlideAsync(
            Bob,
            $$$"""
            {"lists":{"top":{"ranges":[[0,0]],"timeline_limit":1,"required_state":[]}},
             "room_subscriptions":{"{{{subscribed}}}":{"timeline_limit":1,"required_state":[]}},
             "extensions":{"account_data":{{{extension}}} }}
            """);

        var names = Extended(answer, "account_data").Select(room => room == subscribed.Value ? "subscribed" : "listed").OrderDescending(StringComparer.Ordinal);
        Assert.Equal(expected, string.Join(',', names));
    }

    static string ToDevice(string? since, int limit = 100) =>
        $$$"""{"extensions":{"to_device":{"enabled":true,"limit":{{{limit}}},"since":{{{(since is null ? "null" : $"\"{since}\"")}}} }} }""";

    static string With(string extension, int last, bool enabled = true) =>
        $$$"""
        {"lists":{"all":{"ranges":[[0,{{{last}}}]],"timeline_limit":2,"required_state":[]}},
         "extensions":{"{{{extension}}}":{"enabled":{{{(enabled ? "true" : "false")}}} }} }
        """;

    static string NextBatch(SlidingAnswer answer) => answer.Find("extensions", "to_device", "next_batch")!.Value.GetString()!;

    static IReadOnlyList<int> Numbers(SlidingAnswer answer) =>
        [.. answer.Find("extensions", "to_device", "events")!.Value.EnumerateArray().Select(static message => message.GetProperty("content").GetProperty("n").GetInt32())];

    static IReadOnlyList<string> Extended(SlidingAnswer answer, string extension) =>
        [.. answer.Find("extensions", extension, "rooms")!.Value.EnumerateObject().Select(static room => room.Name)];
}
