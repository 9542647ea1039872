using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.OldSync;

public sealed class OldSyncTests(TestServer server) : IClassFixture<TestServer>
{
    const string WorldReadable = """
        {"preset":"private_chat","initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"world_readable"}}]}
        """;

    [Fact]
    public async Task A_member_sees_state_messages_and_own_data_at_a_glance()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"name":"Tea","visibility":"public"}""");
        _ = (await alice.PutAsync($"user/{alice.UserId}/rooms/{room}/tags/m.favourite")).Ok;
        for (var i = 0; i < 3; i++)
            await alice.SayAsync(room, $"{i}");

        var glance = (await alice.GetAsync($"rooms/{Escape(room)}/initialSync?limit=2")).Ok;

        Assert.Equal(room, (string?)glance["room_id"]);
        Assert.Equal("join", (string?)glance["membership"]);
        Assert.Equal("public", (string?)glance["visibility"]);
        Assert.Equal(["1", "2"], Bodies(glance["messages"]!["chunk"]!));
        Assert.Equal(room, (string?)glance["messages"]!["chunk"]![0]!["room_id"]);
        Assert.Contains(glance["state"]!.AsArray(), static stored => (string?)stored!["content"]!["name"] == "Tea");
        Assert.Equal(["m.tag"], glance["account_data"]!.AsArray().Select(static entry => (string)entry!["type"]!));
        var earlier = (await alice.GetAsync($"rooms/{Escape(room)}/messages?dir=b&limit=1&from={glance["messages"]!["start"]}")).Ok;
        Assert.Equal(["0"], Bodies(earlier["chunk"]!));
        var later = (await alice.GetAsync($"rooms/{Escape(room)}/messages?dir=f&from={glance["messages"]!["end"]}")).Ok;
        Assert.Empty(later["chunk"]!.AsArray());
    }

    [Fact]
    public async Task Who_left_sees_the_room_as_it_was_then_and_who_never_was_there_nothing()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var eve = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat","name":"before"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        await alice.SayAsync(room, "seen");
        _ = (await bob.InRoomAsync(room, "leave")).Ok;
        await alice.SayAsync(room, "unseen");
        _ = (await alice.SetStateAsync(room, "m.room.name", "", """{"name":"after"}""")).Ok;

        var glance = (await bob.GetAsync($"rooms/{Escape(room)}/initialSync")).Ok;

        Assert.Equal("leave", (string?)glance["membership"]);
        Assert.Equal(["seen"], Bodies(glance["messages"]!["chunk"]!));
        Assert.Equal("before", (string?)glance["state"]!.AsArray().Single(static stored => (string?)stored!["type"] == "m.room.name")!["content"]!["name"]);
        (await eve.GetAsync($"rooms/{Escape(room)}/initialSync")).ShouldBe(403, "M_FORBIDDEN");
        (await eve.GetAsync("rooms/!unknown:test.local/initialSync")).ShouldBe(403, "M_FORBIDDEN");
        (await alice.GetAsync($"rooms/{Escape(room)}/initialSync?limit=-1")).ShouldBe(400, "M_INVALID_PARAM");
    }

    [Fact]
    public async Task Anybody_peeks_into_a_room_that_the_world_may_read()
    {
        var alice = await server.RegisterAsync();
        var eve = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync(WorldReadable);
        await alice.SayAsync(room, "old");

        var glance = (await eve.GetAsync($"rooms/{Escape(room)}/initialSync")).Ok;
        Assert.False(glance.ContainsKey("membership"));
        var end = (string)glance["messages"]!["end"]!;
        Assert.Empty((await eve.GetAsync($"events?room_id={Escape(room)}&from={end}")).Ok["chunk"]!.AsArray());

        var waiting = eve.GetAsync($"events?room_id={Escape(room)}&from={end}&timeout=30000");
        await alice.SayAsync(room, "new");
        var news = (await waiting).Ok;
        Assert.Equal(["new"], Bodies(news["chunk"]!));
        Assert.Equal(end, (string?)news["start"]);
        await alice.SayAsync(room, "newer");
        Assert.Equal(["newer"], Bodies((await eve.GetAsync($"events?room_id={Escape(room)}&from={news["end"]}")).Ok["chunk"]!));

        _ = (await alice.SetStateAsync(room, "m.room.history_visibility", "", """{"history_visibility":"shared"}""")).Ok;
        (await eve.GetAsync($"events?room_id={Escape(room)}&from={news["end"]}")).ShouldBe(403, "M_FORBIDDEN");
        (await eve.GetAsync("events?room_id=nonsense")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.GetAsync($"events?room_id={Escape(room)}&from=nonsense")).ShouldBe(400, "M_INVALID_PARAM");
    }

    [Fact]
    public async Task The_old_initial_sync_and_its_stream_show_what_a_sync_does()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var joined = await alice.CreateRoomAsync("""{"name":"joined"}""");
        await alice.SayAsync(joined, "one");
        await alice.SayAsync(joined, "two");
        var invited = await bob.CreateRoomAsync($$"""{"invite":["{{alice.UserId}}"]}""");
        var left = await alice.CreateRoomAsync();
        _ = (await alice.InRoomAsync(left, "leave")).Ok;
        _ = (await alice.PutAsync($"user/{alice.UserId}/account_data/org.example.a", """{"b":1}""")).Ok;

        var initial = (await alice.GetAsync("initialSync?limit=1")).Ok;

        var rooms = initial["rooms"]!.AsArray().ToDictionary(static room => (string)room!["room_id"]!, static room => room!);
        Assert.Equal([joined, invited], rooms.Keys);
        Assert.Equal("join", (string?)rooms[joined]["membership"]);
        Assert.Equal(["two"], Bodies(rooms[joined]["messages"]!["chunk"]!));
        Assert.Contains(rooms[joined]["state"]!.AsArray(), static stored => (string?)stored!["content"]!["name"] == "joined");
        Assert.All(rooms[joined]["state"]!.AsArray(), stored => Assert.Equal(joined, (string?)stored!["room_id"]));
        Assert.Equal(bob.UserId.Value, (string?)rooms[invited]["invite"]!["sender"]);
        Assert.Contains(initial["account_data"]!.AsArray(), static entry => (string?)entry!["type"] == "org.example.a");
        var archived = (await alice.GetAsync("initialSync?archived=true")).Ok["rooms"]!.AsArray();
        Assert.Equal("leave", (string?)archived.Single(room => (string?)room!["room_id"] == left)!["membership"]);

        var waiting = alice.GetAsync($"events?from={initial["end"]}&timeout=30000");
        await alice.SayAsync(joined, "three");
        var news = (await waiting).Ok;
        var said = Assert.Single(news["chunk"]!.AsArray(), static stored => (string?)stored!["type"] == "m.room.message")!;
        Assert.Equal("three", (string?)said["content"]!["body"]);
        Assert.Equal(joined, (string?)said["room_id"]);
        var another = await bob.CreateRoomAsync($$"""{"invite":["{{alice.UserId}}"]}""");
        var invitation = (await alice.GetAsync($"events?from={news["end"]}")).Ok["chunk"]!.AsArray().Single(static stored => (string?)stored!["type"] == "m.room.member")!;
        Assert.Equal(another, (string?)invitation["room_id"]);
        Assert.NotNull(invitation["event_id"]);
        (await alice.GetAsync("events?from=nonsense")).ShouldBe(400, "M_INVALID_PARAM");
        Assert.Empty((await alice.GetAsync("events")).Ok["chunk"]!.AsArray());
    }

    [Fact]
    public async Task Messages_to_devices_wait_for_a_sync_that_shows_them()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var end = (string)(await alice.GetAsync("initialSync")).Ok["end"]!;
        _ = (await bob.PutAsync("sendToDevice/m.test/1", $$$"""{"messages":{"{{{alice.UserId}}}":{"{{{alice.DeviceId}}}":{"kept":true} } } }""")).Ok;
        for (var i = 0; i < 2; i++)
        {
            await alice.SayAsync(room, $"{i}");
            end = (string)(await alice.GetAsync($"events?from={end}")).Ok["end"]!;
        }

        Assert.True((bool)(await alice.GetAsync("sync")).Ok["to_device"]!["events"]![0]!["content"]!["kept"]!);
    }

    [Fact]
    public async Task One_event_is_found_without_naming_its_room()
    {
        var alice = await server.RegisterAsync();
        var eve = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var said = await alice.SayAsync(room, "found");

        Assert.Equal(room, (string?)(await alice.GetAsync($"events/{said}")).Ok["room_id"]);
        (await eve.GetAsync($"events/{said}")).ShouldBe(404, "M_NOT_FOUND");
        (await alice.GetAsync("events/$unknown")).ShouldBe(404, "M_NOT_FOUND");
        foreach (var path in (string[])[$"events/{said}", "events", "initialSync", $"rooms/{Escape(room)}/initialSync"])
        {
            using var anonymous = await server.Http.GetAsync(new Uri($"/_matrix/client/v3/{path}", UriKind.Relative));
            Assert.Equal(401, (int)anonymous.StatusCode);
        }
    }

    static string Escape(string text) => Uri.EscapeDataString(text);

    static IEnumerable<string> Bodies(JsonNode chunk) => chunk.AsArray().Select(static stored => (string?)stored!["content"]!["body"]).OfType<string>();
}
