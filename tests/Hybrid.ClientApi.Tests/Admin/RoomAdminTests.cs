using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Admin;

public sealed class RoomAdminTests(TestServer server) : IClassFixture<TestServer>
{
    const string Rooms = "/_synapse/admin/v1/rooms";
    const string Deletions = "/_synapse/admin/v2/rooms";
    const string Purges = "/_synapse/admin/v1/purge_history";

    [Theory]
    [InlineData("GET", Rooms)]
    [InlineData("GET", Rooms + "/!a:test.local")]
    [InlineData("GET", Rooms + "/!a:test.local/block")]
    [InlineData("PUT", Rooms + "/!a:test.local/block")]
    [InlineData("DELETE", Deletions + "/!a:test.local")]
    [InlineData("GET", Deletions + "/!a:test.local/delete_status")]
    [InlineData("GET", Deletions + "/delete_status/abc")]
    [InlineData("POST", Purges + "/!a:test.local")]
    [InlineData("POST", Purges + "/!a:test.local/$event")]
    [InlineData("GET", "/_synapse/admin/v1/purge_history_status/abc")]
    [InlineData("GET", "/_synapse/admin/v1/statistics/database/rooms")]
    [InlineData("GET", "/_hybrid/admin/v1/statistics/database")]
    public async Task Only_administrators_get_in(string method, string path)
    {
        var user = await server.RegisterAsync();
        (await user.SendAsync(new HttpMethod(method), path, method == "GET" ? null : "{}")).ShouldBe(403, "M_FORBIDDEN");

        using var anonymous = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await server.Http.SendAsync(anonymous);
        Assert.Equal(401, (int)response.StatusCode);
        Assert.Equal("M_MISSING_TOKEN", (string?)(await response.Content.ReadFromJsonAsync<JsonObject>())!["errcode"]);
    }

    [Fact]
    public async Task Purged_history_is_gone_for_everyone_and_the_room_goes_on()
    {
        var admin = await AdministratorAsync();
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        (await alice.SetStateAsync(room, "m.room.name", "", """{"name":"one"}""")).Ok.Clear();
        (await alice.SetStateAsync(room, "m.room.name", "", """{"name":"two"}""")).Ok.Clear();
        (await bob.InRoomAsync(room, "join")).Ok.Clear();
        var root = await alice.SayAsync(room, "root");
        var last = "";
        for (var i = 0; i < 5; i++)
            last = await alice.SayAsync(room, $"old {i}");
        var kept = await bob.SayAsync(room, "kept");
        (await bob.SendEventAsync(room, "m.room.message", $$$"""{"body":"reply","msgtype":"m.text","m.relates_to":{"rel_type":"m.thread","event_id":"{{{root}}}"}}""")).Ok.Clear();
        var since = (string)(await bob.GetAsync("sync")).Ok["next_batch"]!;

        var purge = (string)(await admin.PostAsync($"{Purges}/{Escape(room)}/{Escape(kept)}", """{"delete_local_events":true}""")).Ok["purge_id"]!;
        var status = await WaitAsync(admin, "/_synapse/admin/v1/purge_history_status/" + purge);

        Assert.Equal("complete", (string)status["status"]!);
        Assert.Equal((long)status["total"]!, (long)status["progress"]!);
        foreach (var gone in (string[])[root, last])
        {
            (await alice.GetAsync($"rooms/{Escape(room)}/event/{Escape(gone)}")).ShouldBe(404, "M_NOT_FOUND");
            (await alice.GetAsync($"rooms/{Escape(room)}/context/{Escape(gone)}")).ShouldBe(404, "M_NOT_FOUND");
            (await alice.GetAsync($"/_matrix/client/v1/rooms/{Escape(room)}/relations/{Escape(gone)}")).ShouldBe(404, "M_NOT_FOUND");
        }

        Assert.Empty((await alice.GetAsync($"/_matrix/client/v1/rooms/{Escape(room)}/threads")).Ok["chunk"]!.AsArray());
        Assert.Equal(["kept", "reply"], await BodiesAsync(alice, room));
        Assert.Equal("two", (string?)(await bob.GetStateAsync(room, "m.room.name")).Ok["name"]);
        Assert.Equal(200, (int)(await alice.GetAsync($"rooms/{Escape(room)}/context/{Escape(kept)}?limit=50")).Status);
        await alice.SayAsync(room, "after");
        var timeline = (await bob.GetAsync($"sync?since={since}")).Ok["rooms"]!["join"]![room]!["timeline"]!["events"]!.AsArray();
        Assert.Equal("after", (string?)Assert.Single(timeline)!["content"]!["body"]);
        Assert.Equal(200, (int)(await bob.GetAsync("sync?full_state=true")).Status);
    }

    [Fact]
    public async Task What_users_of_this_server_said_is_kept_unless_asked_otherwise()
    {
        var admin = await AdministratorAsync();
        var room = await admin.CreateRoomAsync();
        await admin.SayAsync(room, "mine");
        await admin.SayAsync(room, "too");

        var time = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds();
        var kept = (string)(await admin.PostAsync($"{Purges}/{Escape(room)}", $$"""{"purge_up_to_ts":{{time}}}""")).Ok["purge_id"]!;
        await WaitAsync(admin, "/_synapse/admin/v1/purge_history_status/" + kept);
        Assert.Equal(["mine", "too"], await BodiesAsync(admin, room));

        var purge = (string)(await admin.PostAsync($"{Purges}/{Escape(room)}", $$"""{"purge_up_to_ts":{{time}},"delete_local_events":true}""")).Ok["purge_id"]!;
        await WaitAsync(admin, "/_synapse/admin/v1/purge_history_status/" + purge);
        Assert.Equal(["too"], await BodiesAsync(admin, room));
    }

    [Fact]
    public async Task A_purge_that_makes_no_sense_is_refused()
    {
        var admin = await AdministratorAsync();
        var room = await admin.CreateRoomAsync();
        var other = await admin.CreateRoomAsync();
        var elsewhere = await admin.SayAsync(other, "hello");

        (await admin.PostAsync($"{Purges}/!none:test.local", """{"purge_up_to_ts":1}""")).ShouldBe(404, "M_NOT_FOUND");
        (await admin.PostAsync($"{Purges}/none", """{"purge_up_to_ts":1}""")).ShouldBe(400, "M_INVALID_PARAM");
        (await admin.PostAsync($"{Purges}/{Escape(room)}")).ShouldBe(400, "M_BAD_JSON");
        (await admin.PostAsync($"{Purges}/{Escape(room)}", """{"purge_up_to_ts":"yesterday"}""")).ShouldBe(400, "M_BAD_JSON");
        (await admin.PostAsync($"{Purges}/{Escape(room)}", """{"purge_up_to_event_id":"none"}""")).ShouldBe(400, "M_INVALID_PARAM");
        (await admin.PostAsync($"{Purges}/{Escape(room)}/{Escape(elsewhere)}")).ShouldBe(404, "M_NOT_FOUND");
        (await admin.GetAsync("/_synapse/admin/v1/purge_history_status/none")).ShouldBe(404, "M_NOT_FOUND");
    }

    [Fact]
    public async Task A_deleted_room_is_gone_and_its_members_hear_of_it_even_if_they_were_away()
    {
        var admin = await AdministratorAsync();
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat","visibility":"public","room_alias_name":"doomed"}""");
        (await bob.InRoomAsync(room, "join")).Ok.Clear();
        await bob.SayAsync(room, "hello");
        var since = (string)(await bob.GetAsync("sync")).Ok["next_batch"]!;

        var started = await admin.SendAsync(HttpMethod.Delete, $"{Deletions}/{Escape(room)}", """{"message":"closed","block":true}""");
        var id = (string)started.Ok["delete_id"]!;
        var status = await WaitAsync(admin, $"{Deletions}/delete_status/{id}");

        Assert.Equal(("complete", room), ((string)status["status"]!, (string)status["room_id"]!));
        Assert.Equal(
            new[] { alice.UserId.Value, bob.UserId.Value }.Order(StringComparer.Ordinal),
            status["shutdown_room"]!["kicked_users"]!.AsArray().Select(static user => (string)user!).Order(StringComparer.Ordinal));
        Assert.Equal("#doomed:test.local", (string?)Assert.Single(status["shutdown_room"]!["local_aliases"]!.AsArray()));
        Assert.Equal(id, (string?)Assert.Single((await admin.GetAsync($"{Deletions}/{Escape(room)}/delete_status")).Ok["results"]!.AsArray())!["delete_id"]);

        Assert.True((await bob.GetAsync($"sync?since={since}")).Ok["rooms"]!["leave"]!.AsObject().ContainsKey(room));
        Assert.False((await bob.GetAsync("sync")).Ok.TryGetPropertyValue("rooms", out var rooms) && rooms!.ToJsonString().Contains(room, StringComparison.Ordinal));
        (await bob.InRoomAsync(room, "join")).ShouldBe(403, "M_FORBIDDEN");
        Assert.Equal(403, (int)(await bob.SendEventAsync(room, "m.room.message", "{}")).Status);
        (await bob.GetAsync($"directory/room/{Escape("#doomed:test.local")}")).ShouldBe(404, "M_NOT_FOUND");
        (await admin.GetAsync($"{Rooms}/{Escape(room)}")).ShouldBe(404, "M_NOT_FOUND");
        (await admin.PutAsync($"{Rooms}/{Escape(room)}/block", """{"block":false}""")).Ok.Clear();
        (await bob.InRoomAsync(room, "join")).ShouldBe(404, "M_NOT_FOUND");
        Assert.NotEqual(room, await bob.CreateRoomAsync("""{"room_alias_name":"doomed"}"""));
    }

    [Fact]
    public async Task A_deletion_that_makes_no_sense_is_refused()
    {
        var admin = await AdministratorAsync();
        var room = await admin.CreateRoomAsync();

        (await admin.SendAsync(HttpMethod.Delete, $"{Deletions}/{Escape(room)}", """{"new_room_user_id":"@a:elsewhere.test"}""")).ShouldBe(400, "M_INVALID_PARAM");
        (await admin.SendAsync(HttpMethod.Delete, $"{Deletions}/{Escape(room)}", """{"new_room_user_id":"nobody"}""")).ShouldBe(400, "M_INVALID_PARAM");
        (await admin.SendAsync(HttpMethod.Delete, $"{Deletions}/{Escape(room)}", """{"purge":"yes"}""")).ShouldBe(400, "M_BAD_JSON");
        (await admin.SendAsync(HttpMethod.Delete, $"{Deletions}/none", "{}")).ShouldBe(400, "M_INVALID_PARAM");
        (await admin.GetAsync($"{Deletions}/{Escape(room)}/delete_status")).ShouldBe(404, "M_NOT_FOUND");
        (await admin.GetAsync($"{Deletions}/delete_status/none")).ShouldBe(404, "M_NOT_FOUND");
        Assert.Equal(room, (string?)(await admin.GetAsync($"{Rooms}/{Escape(room)}")).Ok["room_id"]);
    }

    [Fact]
    public async Task Members_and_aliases_move_to_a_new_room_in_which_they_are_told_why()
    {
        var admin = await AdministratorAsync();
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"room_alias_name":"moving"}""");

        var started = await admin.SendAsync(
            HttpMethod.Delete, $"{Deletions}/{Escape(room)}",
            $$"""{"new_room_user_id":"{{admin.UserId}}","room_name":"Closed","message":"Read the rules."}""");
        var status = await WaitAsync(admin, $"{Deletions}/delete_status/{(string)started.Ok["delete_id"]!}");

        Assert.Equal("complete", (string?)status["status"]);
        var moved = (string)status["shutdown_room"]!["new_room_id"]!;
        Assert.Equal([moved], (await alice.GetAsync("joined_rooms")).Ok["joined_rooms"]!.AsArray().Select(static id => (string)id!));
        Assert.Equal("Closed", (string?)(await alice.GetStateAsync(moved, "m.room.name")).Ok["name"]);
        Assert.Equal(["Read the rules."], await BodiesAsync(alice, moved));
        (await alice.SendEventAsync(moved, "m.room.message", "{}")).ShouldBe(403, "M_FORBIDDEN");
        Assert.Equal(moved, (string?)(await alice.GetAsync($"directory/room/{Escape("#moving:test.local")}")).Ok["room_id"]);
    }

    [Fact]
    public async Task A_room_is_blocked_before_this_server_knows_it()
    {
        var admin = await AdministratorAsync();
        var path = $"{Rooms}/{Escape("!unknownToThisServer")}/block";

        Assert.Equal("""{"block":false}""", (await admin.GetAsync(path)).Ok.ToJsonString());
        (await admin.PutAsync(path)).ShouldBe(400, "M_MISSING_PARAM");
        Assert.Equal("""{"block":true}""", (await admin.PutAsync(path, """{"block":true}""")).Ok.ToJsonString());
        Assert.Equal(admin.UserId.Value, (string?)(await admin.GetAsync(path)).Ok["user_id"]);
        (await admin.InRoomAsync("!unknownToThisServer", "join")).ShouldBe(403, "M_FORBIDDEN");
        (await admin.PutAsync(path, """{"block":false}""")).Ok.Clear();
        (await admin.InRoomAsync("!unknownToThisServer", "join")).ShouldBe(404, "M_NOT_FOUND");
    }

    [Fact]
    public async Task Rooms_are_listed_searched_sorted_and_paged()
    {
        var admin = await AdministratorAsync();
        var guest = await server.RegisterAsync();
        var small = await admin.CreateRoomAsync("""{"name":"Listing: small","topic":"few"}""");
        var large = await admin.CreateRoomAsync("""{"name":"Listing: large","preset":"public_chat","visibility":"public"}""");
        (await guest.InRoomAsync(large, "join")).Ok.Clear();

        var bySize = await ListAsync("search_term=listing:&order_by=joined_members");
        Assert.Equal([large, small], Ids(bySize));
        Assert.Equal([large, small], Ids(await ListAsync("search_term=listing:")));
        Assert.Equal([small, large], Ids(await ListAsync("search_term=listing:&dir=b")));
        Assert.Equal([large], Ids(await ListAsync("search_term=listing:&public_rooms=true")));
        Assert.Empty(Ids(await ListAsync("search_term=listing:&empty_rooms=true")));
        var first = await ListAsync("search_term=listing:&limit=1");
        Assert.Equal((0, 2, 1), ((int)first["offset"]!, (int)first["total_rooms"]!, (int)first["next_batch"]!));
        var second = await ListAsync("search_term=listing:&limit=1&from=1");
        Assert.Equal([small], Ids(second));
        Assert.Equal(0, (int)second["prev_batch"]!);
        Assert.False(second.ContainsKey("next_batch"));
        var entry = bySize["rooms"]![0]!.AsObject();
        Assert.Equal(
            ("Listing: large", 2, 2, true, true, "public", admin.UserId.Value),
            ((string)entry["name"]!, (int)entry["joined_members"]!, (int)entry["joined_local_members"]!, (bool)entry["public"]!,
                (bool)entry["federatable"]!, (string)entry["join_rules"]!, (string)entry["creator"]!));
        Assert.True(entry.ContainsKey("encryption"));

        foreach (var wrong in (string[])["from=-1", "limit=0", "order_by=smell", "dir=x", "search_term=", "public_rooms=maybe"])
            (await admin.GetAsync($"{Rooms}?{wrong}")).ShouldBe(400, "M_INVALID_PARAM");

        var details = (await admin.GetAsync($"{Rooms}/{Escape(small)}")).Ok;
        Assert.Equal(
            ("few", 1, 1, false, false),
            ((string)details["topic"]!, (int)details["joined_members"]!, (int)details["joined_local_devices"]!, (bool)details["forgotten"]!, (bool)details["public"]!));

        async Task<JsonObject> ListAsync(string query) => (await admin.GetAsync($"{Rooms}?{query}")).Ok;
    }

    [Fact]
    public async Task Sizes_are_told_by_room_and_by_table()
    {
        var admin = await AdministratorAsync();
        var room = await admin.CreateRoomAsync();
        // Nothing that an engine could compress.
        for (var i = 0; i < 30; i++)
            await admin.SayAsync(room, Convert.ToHexString(RandomNumberGenerator.GetBytes(5_000)));

        var largest = (await admin.GetAsync("/_synapse/admin/v1/statistics/database/rooms")).Ok["rooms"]![0]!;
        Assert.Equal(room, (string?)largest["room_id"]);
        Assert.True((long)largest["estimated_size"]! > 300_000);
        var tables = (await admin.GetAsync("/_hybrid/admin/v1/statistics/database")).Ok["tables"]!.AsArray();
        var events = tables.Single(static table => (string?)table!["name"] == "events")!;
        Assert.True((long)events["estimated_size"]! > 300_000);
        Assert.True((long)events["rows"]! > 30);
    }

    static string Escape(string text) => Uri.EscapeDataString(text);

    static IEnumerable<string> Ids(JsonObject list) => list["rooms"]!.AsArray().Select(static room => (string)room!["room_id"]!);

    /// <summary>What was said in the room, oldest first, as pages back from its end show it.</summary>
    static async Task<IEnumerable<string>> BodiesAsync(TestUser user, string room)
    {
        var bodies = new List<string>();
        for (string? from = ""; from is not null;)
        {
            var page = (await user.GetAsync($"rooms/{Escape(room)}/messages?dir=b&limit=3{from}")).Ok;
            bodies.AddRange(page["chunk"]!.AsArray().Select(static entry => (string?)entry!["content"]!["body"]).OfType<string>());
            from = page.TryGetPropertyValue("end", out var end) ? $"&from={end}" : null;
        }

        bodies.Reverse();
        return bodies;
    }

    /// <summary>Asks for the status of a job, as tools do, until it is finished.</summary>
    static async Task<JsonObject> WaitAsync(TestUser admin, string path)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var status = (await admin.GetAsync(path)).Ok;
            if ((string?)status["status"] is "complete" or "failed")
                return status;
            await Task.Delay(20, deadline.Token);
        }
    }

    Task<TestUser> AdministratorAsync() => server.RegisterAdministratorAsync();
}
