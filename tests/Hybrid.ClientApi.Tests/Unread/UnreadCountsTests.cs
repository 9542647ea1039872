using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Unread;

public sealed class UnreadCountsTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Messages_count_for_everybody_but_their_sender()
    {
        var (alice, bob, room) = await RoomAsync(server);
        await alice.SayAsync(room, "one");
        await bob.SayAsync(room, "two");
        await bob.SayAsync(room, "three");

        Assert.Equal((2, 0), await CountAsync(alice, room));
        Assert.Equal((1, 0), await CountAsync(bob, room));
    }

    [Fact]
    public async Task A_mention_highlights_for_the_mentioned_alone()
    {
        var (alice, bob, room) = await RoomAsync(server);
        var carol = await server.RegisterAsync();
        _ = (await carol.InRoomAsync(room, "join")).Ok;
        await MentionAsync(alice, room, bob);

        Assert.Equal((1, 1), await CountAsync(bob, room));
        Assert.Equal((1, 0), await CountAsync(carol, room));
    }

    [Fact]
    public async Task A_receipt_reads_what_is_before_it_and_a_restart_forgets_nothing()
    {
        var own = new TestServer();
        await own.InitializeAsync();
        try
        {
            var (alice, bob, room) = await RoomAsync(own);
            var first = await alice.SayAsync(room, "one");
            await MentionAsync(alice, room, bob);
            await alice.SayAsync(room, "three");
            await ReadAsync(bob, room, first);
            Assert.Equal((2, 1), await CountAsync(bob, room));

            await own.RestartAsync();
            Assert.Equal((2, 1), await CountAsync(bob, room));
            var last = await alice.SayAsync(room, "four");
            Assert.Equal((3, 1), await CountAsync(bob, room));
            await ReadAsync(bob, room, last);
            Assert.Equal((0, 0), await CountAsync(bob, room));
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_threaded_receipt_reads_its_thread_only()
    {
        var (alice, bob, room) = await RoomAsync(server);
        var root = await alice.SayAsync(room, "root");
        var reply = await ReplyAsync(alice, room, root);
        await alice.SayAsync(room, "beside");

        await ReadAsync(bob, room, reply, root);
        var counts = await RoomOfAsync(bob, room, """{"room":{"timeline":{"unread_thread_notifications":true}}}""");
        Assert.Equal(2, (int)counts["unread_notifications"]!["notification_count"]!);
        Assert.Null(counts["unread_thread_notifications"]?[root]);

        await ReadAsync(bob, room, root, "main");
        await ReplyAsync(alice, room, root);
        counts = await RoomOfAsync(bob, room, """{"room":{"timeline":{"unread_thread_notifications":true}}}""");
        Assert.Equal(1, (int)counts["unread_notifications"]!["notification_count"]!);
        Assert.Equal(1, (int)counts["unread_thread_notifications"]![root]!["notification_count"]!);
    }

    [Fact]
    public async Task A_muted_room_counts_nothing_and_a_keyword_highlights_from_then_on()
    {
        var (alice, bob, room) = await RoomAsync(server);
        await alice.SayAsync(room, "counted");
        _ = (await bob.PutAsync($"pushrules/global/room/{Uri.EscapeDataString(room)}", """{"actions":[]}""")).Ok;
        await alice.SayAsync(room, "muted");
        Assert.Equal((1, 0), await CountAsync(bob, room));

        _ = (await bob.PutAsync("pushrules/global/content/cake", """{"pattern":"cake","actions":["notify",{"set_tweak":"highlight"}]}""")).Ok;
        await alice.SayAsync(room, "still muted");
        await alice.SayAsync(room, "there is cake");
        Assert.Equal((2, 1), await CountAsync(bob, room));
    }

    [Fact]
    public async Task Who_comes_later_has_nothing_to_read_and_a_new_name_reads_nothing()
    {
        var (alice, bob, room) = await RoomAsync(server);
        await alice.SayAsync(room, "before");
        _ = (await bob.PutAsync($"profile/{Uri.EscapeDataString(bob.UserId.Value)}/displayname", """{"displayname":"Robert"}""")).Ok;
        Assert.Equal((1, 0), await CountAsync(bob, room));

        var carol = await server.RegisterAsync();
        _ = (await carol.InRoomAsync(room, "join")).Ok;
        Assert.Equal((0, 0), await CountAsync(carol, room));
        await alice.SayAsync(room, "after");
        Assert.Equal((1, 0), await CountAsync(carol, room));

        _ = (await bob.InRoomAsync(room, "leave")).Ok;
        await alice.SayAsync(room, "unseen");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        Assert.Equal((0, 0), await CountAsync(bob, room));
        await alice.SayAsync(room, "seen");
        Assert.Equal((1, 0), await CountAsync(bob, room));
    }

    [Fact]
    public async Task A_redacted_message_counts_no_longer()
    {
        var (alice, bob, room) = await RoomAsync(server);
        var said = await alice.SayAsync(room, "oops");
        await alice.SayAsync(room, "fine");
        _ = (await alice.PutAsync($"rooms/{Uri.EscapeDataString(room)}/redact/{Uri.EscapeDataString(said)}/r1")).Ok;

        Assert.Equal((1, 0), await CountAsync(bob, room));
    }

    static async Task<(TestUser Alice, TestUser Bob, string Room)> RoomAsync(TestServer server)
    {
        var (alice, bob) = (await server.RegisterAsync(), await server.RegisterAsync());
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        return (alice, bob, room);
    }

    static async Task MentionAsync(TestUser sender, string room, TestUser mentioned) =>
        _ = (await sender.SendEventAsync(
            room, "m.room.message",
            $$$"""{"msgtype":"m.text","body":"hey","m.mentions":{"user_ids":["{{{mentioned.UserId}}}"]}}""")).Ok;

    static async Task<string> ReplyAsync(TestUser sender, string room, string root) =>
        (string)(await sender.SendEventAsync(
            room, "m.room.message",
            $$$"""{"msgtype":"m.text","body":"reply","m.relates_to":{"rel_type":"m.thread","event_id":"{{{root}}}"}}""")).Ok["event_id"]!;

    static async Task ReadAsync(TestUser reader, string room, string eventId, string? thread = null) =>
        _ = (await reader.InRoomAsync(
            room, $"receipt/m.read/{Uri.EscapeDataString(eventId)}", thread is null ? "{}" : $$"""{"thread_id":"{{thread}}"}""")).Ok;

    static async Task<JsonNode> RoomOfAsync(TestUser user, string room, string? filter = null) =>
        (await user.GetAsync(filter is null ? "sync" : $"sync?filter={Uri.EscapeDataString(filter)}")).Ok["rooms"]!["join"]![room]!;

    static async Task<(int Notifications, int Highlights)> CountAsync(TestUser user, string room)
    {
        var counts = (await RoomOfAsync(user, room))["unread_notifications"]!;
        return ((int)counts["notification_count"]!, (int)counts["highlight_count"]!);
    }
}
