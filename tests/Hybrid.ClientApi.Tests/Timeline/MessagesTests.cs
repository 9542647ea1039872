using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Timeline;

public sealed class MessagesTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Pages_meet_in_both_directions_and_end_where_the_room_does()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        for (var i = 0; i < 7; i++)
            await alice.SayAsync(room, $"m{i}");

        var backwards = await AllAsync(alice, room, "b");
        var forwards = await AllAsync(alice, room, "f");
        Assert.Equal(backwards.AsEnumerable().Reverse(), forwards);
        Assert.Equal(backwards.Count, backwards.Distinct().Count());
        var last = (await alice.GetAsync($"{Messages(room)}?dir=b&limit=1")).Ok;
        Assert.Equal("m6", (string?)last["chunk"]![0]!["content"]!["body"]);
        Assert.Equal(room, (string?)last["chunk"]![0]!["room_id"]);
    }

    [Fact]
    public async Task A_sync_token_is_a_place_to_start_from()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var before = await alice.SayAsync(room, "before");
        var token = await SyncUntilAsync(alice, before);
        await alice.SayAsync(room, "after");

        Assert.Equal("before", Bodies((await alice.GetAsync($"{Messages(room)}?dir=b&limit=1&from={token}")).Ok).Single());
        Assert.Equal(["after"], Bodies((await alice.GetAsync($"{Messages(room)}?dir=f&from={token}")).Ok));
        Assert.Equal(["after"], Bodies((await alice.GetAsync($"{Messages(room)}?dir=b&to={token}")).Ok));
    }

    [Fact]
    public async Task Filters_choose_events_and_load_the_members_who_sent_them()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        await bob.SayAsync(room, "text");
        _ = (await alice.SendEventAsync(room, "m.sticker", """{"url":"mxc://a/b","body":"s","info":{}}""")).Ok;

        var filter = Uri.EscapeDataString("""{"types":["m.room.mess*"],"lazy_load_members":true}""");
        var page = (await alice.GetAsync($"{Messages(room)}?dir=b&filter={filter}")).Ok;
        Assert.Equal(["text"], Bodies(page));
        Assert.Equal([bob.UserId.Value], page["state"]!.AsArray().Select(static entry => (string)entry!["state_key"]!));
        var withUrl = Uri.EscapeDataString("""{"contains_url":true}""");
        Assert.Equal(["s"], Bodies((await alice.GetAsync($"{Messages(room)}?dir=b&filter={withUrl}")).Ok));
    }

    [Fact]
    public async Task Requests_that_make_no_sense_are_refused_as_the_specification_says()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();

        (await alice.GetAsync(Messages(room))).ShouldBe(400, "M_MISSING_PARAM");
        (await alice.GetAsync($"{Messages(room)}?dir=x")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.GetAsync($"{Messages(room)}?dir=b&from=nonsense")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.GetAsync($"{Messages(room)}?dir=b&limit=-1")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.GetAsync($"{Messages(room)}?dir=b&limit=many")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.GetAsync($"{Messages(room)}?dir=b&filter=%7B")).ShouldBe(400, "M_BAD_JSON");
    }

    [Fact]
    public async Task Strangers_are_kept_out_and_unknown_rooms_look_the_same()
    {
        var alice = await server.RegisterAsync();
        var eve = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var said = Uri.EscapeDataString(await alice.SayAsync(room, "secret"));

        foreach (var target in new[] { Uri.EscapeDataString(room), "!unknown:test.local" })
        {
            foreach (var path in new[] { "messages?dir=b", "state", "state/m.room.create", "members", "joined_members", $"context/{said}", "aliases" })
                (await eve.GetAsync($"rooms/{target}/{path}")).ShouldBe(403, "M_FORBIDDEN");
            (await eve.GetAsync($"rooms/{target}/event/{said}")).ShouldBe(404, "M_NOT_FOUND");
            (await eve.GetAsync($"/_matrix/client/v1/rooms/{target}/threads")).ShouldBe(403, "M_FORBIDDEN");
            (await eve.GetAsync($"/_matrix/client/v1/rooms/{target}/relations/{said}")).ShouldBe(404, "M_NOT_FOUND");
            (await eve.GetAsync($"/_matrix/client/v1/rooms/{target}/timestamp_to_event?ts=0&dir=f")).ShouldBe(403, "M_FORBIDDEN");
        }
    }

    [Fact]
    public async Task Everyone_reads_a_room_that_the_world_may_read()
    {
        var alice = await server.RegisterAsync();
        var eve = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync(
            """{"initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"world_readable"}}]}""");
        var said = Uri.EscapeDataString(await alice.SayAsync(room, "open"));

        Assert.Equal("open", Bodies((await eve.GetAsync($"{Messages(room)}?dir=b&limit=1")).Ok).Single());
        Assert.Equal("open", (string?)(await eve.GetAsync($"rooms/{Uri.EscapeDataString(room)}/event/{said}")).Ok["content"]!["body"]);
        (await eve.GetAsync($"rooms/{Uri.EscapeDataString(room)}/joined_members")).ShouldBe(403, "M_FORBIDDEN");
    }

    [Fact]
    public async Task Those_who_left_see_the_room_as_they_left_it_until_they_forget_it()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat","name":"old"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        await alice.SayAsync(room, "seen");
        _ = (await bob.InRoomAsync(room, "leave")).Ok;
        var hidden = Uri.EscapeDataString(await alice.SayAsync(room, "hidden"));
        _ = (await alice.SetStateAsync(room, "m.room.name", "", """{"name":"new"}""")).Ok;

        Assert.Equal("seen", Bodies((await bob.GetAsync($"{Messages(room)}?dir=b")).Ok)[0]);
        Assert.Equal("old", (string?)(await bob.GetStateAsync(room, "m.room.name")).Ok["name"]);
        Assert.Equal("new", (string?)(await alice.GetStateAsync(room, "m.room.name")).Ok["name"]);
        (await bob.GetAsync($"rooms/{Uri.EscapeDataString(room)}/event/{hidden}")).ShouldBe(404, "M_NOT_FOUND");
        (await bob.GetAsync($"rooms/{Uri.EscapeDataString(room)}/context/{hidden}")).ShouldBe(404, "M_NOT_FOUND");
        _ = (await bob.InRoomAsync(room, "forget")).Ok;
        (await bob.GetAsync($"{Messages(room)}?dir=b")).ShouldBe(403, "M_FORBIDDEN");
    }

    static string Messages(string room) => $"rooms/{Uri.EscapeDataString(room)}/messages";

    static List<string> Bodies(JsonObject page) =>
        [.. page["chunk"]!.AsArray().Select(static entry => (string?)entry!["content"]!["body"]).OfType<string>()];

    // A sync answers as far as its readers have come, which may be a little behind the send.
    static async Task<string> SyncUntilAsync(TestUser user, string eventId)
    {
        var answer = (await user.GetAsync("sync?timeout=0")).Ok;
        while (!answer.ToJsonString().Contains(eventId, StringComparison.Ordinal))
            answer = (await user.GetAsync($"sync?timeout=5000&since={answer["next_batch"]}")).Ok;
        return (string)answer["next_batch"]!;
    }

    static async Task<List<string>> AllAsync(TestUser user, string room, string direction)
    {
        var found = new List<string>();
        string? from = null;
        do
        {
            var page = (await user.GetAsync($"{Messages(room)}?dir={direction}&limit=3{(from is null ? "" : $"&from={from}")}")).Ok;
            found.AddRange(page["chunk"]!.AsArray().Select(static entry => (string)entry!["event_id"]!));
            from = (string?)page["end"];
        }
        while (from is not null);
        return found;
    }
}
