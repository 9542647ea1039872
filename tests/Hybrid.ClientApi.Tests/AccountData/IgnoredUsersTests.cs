using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.AccountData;

/// <summary>What Alice sees of Eve, whom she ignores (specification, "Ignoring Users").</summary>
public sealed class IgnoredUsersTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Messages_leave_out_what_ignored_users_say_but_not_what_they_set()
    {
        var (alice, bob, eve, room) = await MeetAsync();
        await eve.SayAsync(room, "spam");
        _ = (await eve.SetStateAsync(room, "m.room.topic", "", """{"topic":"Eve's"}""")).Ok;
        await bob.SayAsync(room, "hello");
        var path = $"rooms/{Uri.EscapeDataString(room)}/messages?dir=b&limit=100";

        var chunk = (await alice.GetAsync(path)).Ok["chunk"]!.AsArray();
        Assert.Equal(["hello"], Bodies(chunk));
        Assert.Contains(chunk, static entry => (string?)entry!["type"] == "m.room.topic");
        Assert.Equal(["hello", "spam"], Bodies((await bob.GetAsync(path)).Ok["chunk"]!.AsArray()));

        await IgnoreAsync(alice);
        Assert.Equal(["hello", "spam"], Bodies((await alice.GetAsync(path)).Ok["chunk"]!.AsArray()));
    }

    [Fact]
    public async Task A_page_of_ignored_messages_alone_leads_on_to_the_others()
    {
        var (alice, bob, eve, room) = await MeetAsync();
        await bob.SayAsync(room, "first");
        for (var i = 0; i < 6; i++)
            await eve.SayAsync(room, "spam");

        var page = (await alice.GetAsync($"rooms/{Uri.EscapeDataString(room)}/messages?dir=b&limit=2")).Ok;

        Assert.Equal(["first"], Bodies(page["chunk"]!.AsArray()));
    }

    [Fact]
    public async Task Context_shows_the_event_asked_for_and_around_it_no_ignored_ones()
    {
        var (alice, bob, eve, room) = await MeetAsync();
        await bob.SayAsync(room, "before");
        await eve.SayAsync(room, "spam before");
        var target = await eve.SayAsync(room, "target");
        await eve.SayAsync(room, "spam after");
        await bob.SayAsync(room, "after");

        var context = (await alice.GetAsync($"rooms/{Uri.EscapeDataString(room)}/context/{Uri.EscapeDataString(target)}?limit=20")).Ok;

        Assert.Equal("target", (string?)context["event"]!["content"]!["body"]);
        Assert.Equal(["before"], Bodies(context["events_before"]!.AsArray()));
        Assert.Equal(["after"], Bodies(context["events_after"]!.AsArray()));
    }

    [Fact]
    public async Task Relations_and_aggregations_do_not_count_ignored_users()
    {
        var (alice, bob, eve, room) = await MeetAsync();
        var root = await alice.SayAsync(room, "root");
        var reply = await RelateAsync(bob, room, root, "m.thread");
        var reference = await RelateAsync(bob, room, root, "m.reference");
        await RelateAsync(eve, room, root, "m.thread");
        await RelateAsync(eve, room, root, "m.reference");
        var path = $"/_matrix/client/v1/rooms/{Uri.EscapeDataString(room)}/relations/{Uri.EscapeDataString(root)}";

        Assert.Equal([reference, reply], Ids((await alice.GetAsync(path)).Ok["chunk"]!));
        Assert.Equal(4, (await bob.GetAsync(path)).Ok["chunk"]!.AsArray().Count);
        foreach (var bundle in (JsonNode[])[
            (await alice.GetAsync($"rooms/{Uri.EscapeDataString(room)}/event/{Uri.EscapeDataString(root)}")).Ok,
            (await alice.GetAsync($"rooms/{Uri.EscapeDataString(room)}/context/{Uri.EscapeDataString(root)}")).Ok["event"]!,
            Timeline((await alice.GetAsync("sync")).Ok, room).Single(entry => (string?)entry["event_id"] == root)])
        {
            var relations = bundle["unsigned"]!["m.relations"]!;
            Assert.Equal(1, (int)relations["m.thread"]!["count"]!);
            Assert.Equal(reply, (string?)relations["m.thread"]!["latest_event"]!["event_id"]);
            Assert.Equal([reference], Ids(relations["m.reference"]!["chunk"]!));
        }

        var bobs = (await bob.GetAsync($"rooms/{Uri.EscapeDataString(room)}/event/{Uri.EscapeDataString(root)}")).Ok["unsigned"]!["m.relations"]!;
        Assert.Equal(2, (int)bobs["m.thread"]!["count"]!);
        Assert.Equal(2, bobs["m.reference"]!["chunk"]!.AsArray().Count);
    }

    [Fact]
    public async Task What_only_ignored_users_relate_to_has_no_aggregation()
    {
        var (alice, _, eve, room) = await MeetAsync();
        var root = await alice.SayAsync(room, "root");
        await RelateAsync(eve, room, root, "m.thread");

        var shown = (await alice.GetAsync($"rooms/{Uri.EscapeDataString(room)}/event/{Uri.EscapeDataString(root)}")).Ok;

        Assert.Null(shown["unsigned"]!["m.relations"]);
    }

    [Fact]
    public async Task Threads_are_those_of_others_and_an_ignored_root_is_shown_redacted()
    {
        var (alice, bob, eve, room) = await MeetAsync();
        var (mine, eves, dead) = (await alice.SayAsync(room, "mine"), await eve.SayAsync(room, "eves"), await alice.SayAsync(room, "dead"));
        var reply = await RelateAsync(bob, room, mine, "m.thread");
        await RelateAsync(bob, room, eves, "m.thread");
        await RelateAsync(eve, room, mine, "m.thread");
        await RelateAsync(eve, room, dead, "m.thread");
        var path = $"/_matrix/client/v1/rooms/{Uri.EscapeDataString(room)}/threads";

        var chunk = (await alice.GetAsync(path)).Ok["chunk"]!;
        Assert.Equal([eves, mine], Ids(chunk));
        Assert.Equal("{}", chunk[0]!["content"]!.ToJsonString());
        Assert.Equal(1, (int)chunk[0]!["unsigned"]!["m.relations"]!["m.thread"]!["count"]!);
        Assert.Equal("mine", (string?)chunk[1]!["content"]!["body"]);
        Assert.Equal(reply, (string?)chunk[1]!["unsigned"]!["m.relations"]!["m.thread"]!["latest_event"]!["event_id"]);

        var bobs = (await bob.GetAsync(path)).Ok["chunk"]!;
        Assert.Equal([dead, mine, eves], Ids(bobs));
        Assert.Equal("eves", (string?)bobs[2]!["content"]!["body"]);
    }

    [Fact]
    public async Task Sync_shows_neither_messages_nor_invitations_of_ignored_users()
    {
        var (alice, bob, eve, room) = await MeetAsync();
        var since = (string)(await alice.GetAsync("sync")).Ok["next_batch"]!;
        await eve.SayAsync(room, "spam");
        await bob.SayAsync(room, "hello");
        await eve.CreateRoomAsync($$"""{"invite":["{{alice.UserId}}"]}""");
        var friendly = await bob.CreateRoomAsync($$"""{"invite":["{{alice.UserId}}"]}""");

        foreach (var query in (string[])[$"?since={since}&timeout=0", ""])
        {
            // What was sent last is published last: once it shows, all of it does.
            JsonObject sync;
            do
                sync = (await alice.GetAsync($"sync{query}")).Ok;
            while (sync["rooms"]?["invite"]?[friendly] is null);
            Assert.Equal(["hello"], Bodies(Timeline(sync, room)));
            Assert.Equal([friendly], sync["rooms"]!["invite"]!.AsObject().Select(static invitation => invitation.Key));
        }
    }

    async Task<(TestUser Alice, TestUser Bob, TestUser Eve, string Room)> MeetAsync()
    {
        var (alice, bob, eve) = (await server.RegisterAsync(), await server.RegisterAsync(), await server.RegisterAsync());
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat","power_level_content_override":{"state_default":0}}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        _ = (await eve.InRoomAsync(room, "join")).Ok;
        await IgnoreAsync(alice, eve);
        return (alice, bob, eve, room);
    }

    static async Task IgnoreAsync(TestUser user, params TestUser[] ignored)
    {
        var list = new JsonObject(ignored.Select(static one => KeyValuePair.Create(one.UserId.Value, (JsonNode?)new JsonObject())));
        var content = new JsonObject { ["ignored_users"] = list };
        _ = (await user.PutAsync($"user/{user.UserId}/account_data/m.ignored_user_list", content.ToJsonString())).Ok;
    }

    static async Task<string> RelateAsync(TestUser user, string room, string parent, string relation)
    {
        var content = $$$"""{"msgtype":"m.text","body":"related","m.relates_to":{"rel_type":"{{{relation}}}","event_id":"{{{parent}}}"}}""";
        return (string)(await user.SendEventAsync(room, "m.room.message", content)).Ok["event_id"]!;
    }

    static JsonNode[] Timeline(JsonObject sync, string room) => [.. sync["rooms"]!["join"]![room]!["timeline"]!["events"]!.AsArray().OfType<JsonNode>()];

    static IEnumerable<string?> Bodies(IEnumerable<JsonNode?> events) =>
        events.Where(static entry => (string?)entry!["type"] == "m.room.message").Select(static entry => (string?)entry!["content"]!["body"]);

    static IEnumerable<string?> Ids(JsonNode events) => events.AsArray().Select(static entry => (string?)entry!["event_id"]);
}
