using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Pushers;

public sealed class NotificationTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task What_notified_is_listed_newest_first_with_whether_it_was_read()
    {
        var (alice, bob, room) = await PairAsync();
        var first = await bob.SayAsync(room, "one");
        _ = await alice.SayAsync(room, "mine");
        var second = (string)(await bob.SendEventAsync(
            room, "m.room.message", $$$"""{"msgtype":"m.text","body":"two","m.mentions":{"user_ids":["{{{alice.UserId}}}"]}}""")).Ok["event_id"]!;
        _ = (await alice.InRoomAsync(room, $"receipt/m.read/{Uri.EscapeDataString(first)}")).Ok;

        var listed = await ListAsync(alice);

        Assert.Equal([second, first], Ids(listed));
        Assert.Equal([false, true], listed.Select(static entry => (bool)entry!["read"]!));
        Assert.Equal(room, (string?)listed[0]!["room_id"]);
        Assert.Equal("two", (string?)listed[0]!["event"]!["content"]!["body"]);
        Assert.Null(listed[0]!["event"]!["room_id"]);
        Assert.InRange((long)listed[0]!["ts"]!, 1_700_000_000_000, 4_000_000_000_000);
        Assert.Contains("notify", listed[0]!["actions"]!.AsArray().Where(static action => action is JsonValue).Select(static action => (string?)action));
        Assert.Equal([second], Ids(await ListAsync(alice, "?only=highlight")));
        Assert.Empty(await ListAsync(bob, "?only=highlight"));
    }

    [Fact]
    public async Task The_list_comes_in_pages()
    {
        var (alice, bob, room) = await PairAsync();
        var said = new List<string>();
        for (var i = 0; i < 5; i++)
            said.Insert(0, await bob.SayAsync(room, $"message {i}"));

        var found = new List<string>();
        string? next = null;
        do
        {
            var page = (await alice.GetAsync($"notifications?limit=2{(next is null ? "" : $"&from={next}")}")).Ok;
            found.AddRange(Ids(page["notifications"]!.AsArray()));
            next = (string?)page["next_token"];
        }
        while (next is not null);

        Assert.Equal(said, found);
    }

    [Fact]
    public async Task Edits_do_not_notify_again_but_new_mentions_in_them_do_and_redacted_events_are_not_listed()
    {
        var (alice, bob, room) = await PairAsync();
        var said = await bob.SayAsync(room, "one");
        _ = await EditAsync(bob, room, said, "");
        Assert.Equal([said], Ids(await ListAsync(alice)));
        Assert.Equal(1, await CountAsync(alice, room, "notification_count"));

        var mention = await EditAsync(bob, room, said, $$""" ,"m.mentions":{"user_ids":["{{alice.UserId}}"]}""");
        Assert.Equal([mention, said], Ids(await ListAsync(alice)));
        Assert.Equal(1, await CountAsync(alice, room, "highlight_count"));

        _ = (await bob.PutAsync($"rooms/{room}/redact/{Uri.EscapeDataString(mention)}/r1")).Ok;
        Assert.Equal([said], Ids(await ListAsync(alice)));
        Assert.Equal(0, await CountAsync(alice, room, "highlight_count"));
    }

    [Fact]
    public async Task Threads_are_read_by_themselves()
    {
        var (alice, bob, room) = await PairAsync();
        var root = await bob.SayAsync(room, "root");
        var reply = (string)(await bob.SendEventAsync(room, "m.room.message", $$$$"""
            {"msgtype":"m.text","body":"reply","m.relates_to":{"rel_type":"m.thread","event_id":"{{{{root}}}}"}}
            """)).Ok["event_id"]!;
        _ = (await alice.InRoomAsync(room, $"receipt/m.read/{Uri.EscapeDataString(reply)}", $$"""{"thread_id":"{{root}}"}""")).Ok;

        var listed = await ListAsync(alice);

        Assert.Equal([reply, root], Ids(listed));
        Assert.Equal([true, false], listed.Select(static entry => (bool)entry!["read"]!));
    }

    [Fact]
    public async Task What_came_before_joining_and_rooms_that_were_left_are_not_listed()
    {
        var (alice, bob) = (await server.RegisterAsync(), await server.RegisterAsync());
        var room = await bob.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = await bob.SayAsync(room, "before");
        _ = (await alice.InRoomAsync(room, "join")).Ok;
        var said = await bob.SayAsync(room, "after");
        Assert.Equal([said], Ids(await ListAsync(alice)));

        _ = (await alice.InRoomAsync(room, "leave")).Ok;
        Assert.Empty(await ListAsync(alice));
    }

    [Fact]
    public async Task Requests_that_make_no_sense_are_refused()
    {
        var alice = await server.RegisterAsync();

        (await alice.GetAsync("notifications?limit=0")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.GetAsync("notifications?limit=x")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.GetAsync("notifications?from=nonsense")).ShouldBe(400, "M_INVALID_PARAM");
        (await new TestUser(server, alice.UserId, "no-token", alice.DeviceId).GetAsync("notifications")).ShouldBe(401, "M_UNKNOWN_TOKEN");
    }

    static async Task<JsonArray> ListAsync(TestUser user, string query = "") =>
        (await user.GetAsync($"notifications{query}")).Ok["notifications"]!.AsArray();

    static string[] Ids(JsonArray listed) => [.. listed.Select(static entry => (string)entry!["event"]!["event_id"]!)];

    static async Task<int?> CountAsync(TestUser user, string room, string count) =>
        (int?)(await user.GetAsync("sync")).Ok["rooms"]!["join"]![room]!["unread_notifications"]![count];

    static async Task<string> EditAsync(TestUser user, string room, string target, string more) =>
        (string)(await user.SendEventAsync(room, "m.room.message", $$$$"""
            {"msgtype":"m.text","body":"* two","m.new_content":{"msgtype":"m.text","body":"two"{{{{more}}}}},
             "m.relates_to":{"rel_type":"m.replace","event_id":"{{{{target}}}}"}{{{{more}}}}}
            """)).Ok["event_id"]!;

    async Task<(TestUser Alice, TestUser Bob, string Room)> PairAsync()
    {
        var (alice, bob) = (await server.RegisterAsync(), await server.RegisterAsync());
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        return (alice, bob, room);
    }
}
