using System.Data.Common;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Microsoft.Data.Sqlite;
using Npgsql;
using Xunit;

namespace Hybrid.ClientApi.Tests.Account;

/// <summary>What is left of an account that was ended.</summary>
public sealed class ErasureTests(TestServer server) : IClassFixture<TestServer>
{
    /// <summary>Where the ID of an erased user stays: it must not be given out again, and rooms remember who did what in them.</summary>
    static readonly string[] Kept =
    [
        "accounts", "events", "state_changes", "state_names", "membership_changes", "memberships", "rooms", "device_list_changes", "to_device_transactions",
        "unread_events", "unread_joins",

        // Servers that are away have yet to hear that the devices are gone.
        "device_changes", "device_list_destinations",
    ];

    const string SqliteColumns =
        "SELECT t.name || '.' || c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.sql NOT LIKE '%VIRTUAL%'";

    const string PostgresColumns =
        "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = current_schema() AND data_type = 'text'";

    [Fact]
    public async Task Of_an_erased_user_nothing_is_left_but_account_and_events()
    {
        var (alice, bob) = (await server.RegisterAsync(), await server.RegisterAsync());
        var room = await MeetAsync(alice, bob);
        await FillAsync(alice, bob, room);
        Assert.Superset(
            new HashSet<string>(
            [
                "account_data", "devices", "filters", "key_backup_sessions", "key_backups", "media", "one_time_keys", "presence",
                "profile_fields", "receipts", "sessions", "to_device_messages",
            ]),
            TablesNaming(alice).ToHashSet());

        await DeactivateAsync(alice, erase: true);

        Assert.Empty(TablesNaming(alice).Except(Kept));
        (await bob.GetAsync($"profile/{alice.UserId}")).ShouldBe(404, "M_NOT_FOUND");
        Assert.Empty((await bob.PostAsync("user_directory/search", $$"""{"search_term":"{{alice.UserId.Localpart}}"}""")).Ok["results"]!.AsArray());
    }

    [Fact]
    public async Task Without_erasure_only_what_others_can_see_is_left()
    {
        var (alice, bob) = (await server.RegisterAsync(), await server.RegisterAsync());
        await FillAsync(alice, bob, await MeetAsync(alice, bob));

        await DeactivateAsync(alice, erase: false);

        Assert.Equal(["media", "receipts"], TablesNaming(alice).Except(Kept));
    }

    [Fact]
    public async Task Media_go_with_their_owner_unless_others_have_uploaded_them_too()
    {
        var (alice, bob) = (await server.RegisterAsync(), await server.RegisterAsync());
        var own = await UploadAsync(alice, "only Alice has this");
        var shared = await UploadAsync(alice, "both have this");
        var bobs = await UploadAsync(bob, "both have this");
        var before = ContentFiles();

        await DeactivateAsync(alice, erase: true);

        Assert.Equal(404, await DownloadAsync(bob, own));
        Assert.Equal(404, await DownloadAsync(bob, shared));
        Assert.Equal(200, await DownloadAsync(bob, bobs));
        Assert.Equal(before - 1, ContentFiles());
    }

    [Fact]
    public async Task Who_joins_after_an_erasure_sees_redacted_events_and_who_was_there_sees_them_whole()
    {
        var (alice, bob, carol) = (await server.RegisterAsync(), await server.RegisterAsync(), await server.RegisterAsync());
        var room = await MeetAsync(alice, bob);
        var said = await alice.SayAsync(room, "hello");
        var answered = await bob.SayAsync(room, "hello Alice");
        var thread = $$$"""{"msgtype":"m.text","body":"in thread","m.relates_to":{"rel_type":"m.thread","event_id":"{{{answered}}}"}}""";
        _ = (await alice.SendEventAsync(room, "m.room.message", thread)).Ok;

        await DeactivateAsync(alice, erase: true);
        _ = (await carol.InRoomAsync(room, "join")).Ok;

        foreach (var (user, expected) in new[] { (bob, """{"body":"hello","msgtype":"m.text"}"""), (carol, "{}") })
        {
            Assert.Equal(expected, Content((await user.GetAsync($"{Room(room)}/event/{Uri.EscapeDataString(said)}")).Ok));
            Assert.Equal(expected, Content((await user.GetAsync($"{Room(room)}/context/{Uri.EscapeDataString(said)}")).Ok["event"]!));
            var messages = (await user.GetAsync($"{Room(room)}/messages?dir=b&limit=100")).Ok["chunk"]!.AsArray();
            Assert.Equal(expected, Content(messages.Single(entry => (string?)entry!["event_id"] == said)!));
            Assert.Equal("hello Alice", (string?)messages.Single(entry => (string?)entry!["event_id"] == answered)!["content"]!["body"]);
            var reply = messages.Single(entry => (string?)entry!["event_id"] == answered)!["unsigned"]!["m.relations"]!["m.thread"]!["latest_event"]!;
            Assert.Equal(user == bob, reply["content"]!["body"] is not null);
            var joined = messages.Single(entry => (string?)entry!["state_key"] == alice.UserId.Value && (string?)entry["content"]!["membership"] == "join")!;
            Assert.Equal(user == bob, joined["content"]!["displayname"] is not null);
        }

        // The timeline of a sync that is asked for until the join shows.
        JsonNode? timeline;
        do
            timeline = (await carol.GetAsync("""sync?filter={"room":{"timeline":{"limit":50}}}""")).Ok["rooms"]?["join"]?[room]?["timeline"];
        while (timeline is null);
        Assert.Equal("{}", Content(timeline["events"]!.AsArray().Single(entry => (string?)entry!["event_id"] == said)!));

        await server.RestartAsync();
        Assert.Equal("{}", Content((await carol.GetAsync($"{Room(room)}/event/{Uri.EscapeDataString(said)}")).Ok));
    }

    [Fact]
    public async Task Without_erasure_events_stay_whole_for_all()
    {
        var (alice, bob, carol) = (await server.RegisterAsync(), await server.RegisterAsync(), await server.RegisterAsync());
        var room = await MeetAsync(alice, bob);
        var said = await alice.SayAsync(room, "hello");

        await DeactivateAsync(alice, erase: false);
        _ = (await carol.InRoomAsync(room, "join")).Ok;

        Assert.Equal("hello", (string?)(await carol.GetAsync($"{Room(room)}/event/{Uri.EscapeDataString(said)}")).Ok["content"]!["body"]);
    }

    static async Task<string> MeetAsync(TestUser alice, TestUser bob)
    {
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        return room;
    }

    async Task FillAsync(TestUser alice, TestUser bob, string room)
    {
        var user = $"user/{alice.UserId}";
        _ = (await alice.PutAsync($"{user}/account_data/org.example", """{"a":1}""")).Ok;
        _ = (await alice.PutAsync($"{user}/rooms/{Uri.EscapeDataString(room)}/account_data/org.example", """{"a":1}""")).Ok;
        _ = (await alice.PutAsync($"{user}/rooms/{Uri.EscapeDataString(room)}/tags/m.favourite", """{"order":0.5}""")).Ok;
        _ = (await alice.PutAsync("pushrules/global/content/mine", """{"pattern":"cake","actions":["notify"]}""")).Ok;
        _ = (await alice.PostAsync($"{user}/filter", """{"room":{"timeline":{"limit":1}}}""")).Ok;
        _ = (await alice.PutAsync($"presence/{alice.UserId}/status", """{"presence":"online","status_msg":"here"}""")).Ok;
        var said = await bob.SayAsync(room, "read me");
        _ = (await alice.PostAsync($"{Room(room)}/receipt/m.read/{Uri.EscapeDataString(said)}")).Ok;
        var backup = (await alice.PostAsync("room_keys/version", """{"algorithm":"m.megolm_backup.v1.curve25519-aes-sha2","auth_data":{"public_key":"abc"}}""")).Ok;
        _ = (await alice.PutAsync(
            $"room_keys/keys/{Uri.EscapeDataString(room)}/session?version={backup["version"]}",
            """{"first_message_index":0,"forwarded_count":0,"is_verified":true,"session_data":{"ciphertext":"x"}}""")).Ok;
        _ = (await alice.PostAsync("keys/upload", """{"one_time_keys":{"curve25519:AAAA":"wjLpTLRqbqBzLs63aYaEv2Boi6cFEbbM/sSRQ2oAKk4"}}""")).Ok;
        _ = (await bob.PutAsync($"sendToDevice/m.dummy/{Guid.NewGuid():N}", $$"""{"messages":{"{{alice.UserId}}":{"*":{ } } } }""")).Ok;
        await UploadAsync(alice, $"a file of {alice.UserId}");
    }

    static async Task DeactivateAsync(TestUser user, bool erase) =>
        _ = (await user.PostAsync("account/deactivate", new JsonObject
        {
            ["erase"] = erase,
            ["auth"] = new JsonObject
            {
                ["type"] = "m.login.password",
                ["identifier"] = new JsonObject { ["type"] = "m.id.user", ["user"] = user.UserId.Value },
                ["password"] = "correct horse battery",
            },
        }.ToJsonString())).Ok;

    async Task<string> UploadAsync(TestUser user, string text)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/_matrix/media/v3/upload") { Content = new StringContent(text) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user.AccessToken);
        using var response = await server.Http.SendAsync(request);
        return (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["content_uri"]!;
    }

    async Task<int> DownloadAsync(TestUser user, string uri)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/_matrix/client/v1/media/download/{uri["mxc://".Length..]}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user.AccessToken);
        using var response = await server.Http.SendAsync(request);
        return (int)response.StatusCode;
    }

    int ContentFiles() => System.IO.Directory.GetFiles(Path.Combine(server.DataFolder, "media", "content"), "*", SearchOption.AllDirectories).Length;

    /// <summary>Every table that has the user's ID in one of its columns, whatever table and column that is.</summary>
    List<string> TablesNaming(TestUser user)
    {
        using DbConnection connection = server.Postgres is { } address
            ? new NpgsqlConnection($"Host={address.Host};Username={address.User};Database={address.Database};Pooling=false")
            : new SqliteConnection($"Data Source={Path.Combine(server.DataFolder, "hybrid.db")};Mode=ReadOnly;Pooling=False");
        connection.Open();
        var columns = Read(connection, server.Postgres is null ? SqliteColumns : PostgresColumns);
        Assert.NotEmpty(columns);
        return
        [
            .. columns
                .Select(static column => column.Split('.'))
                .Where(column => Read(connection, $"SELECT '1' FROM \"{column[0]}\" WHERE \"{column[1]}\" = '{user.UserId.Value}' LIMIT 1").Count > 0)
                .Select(static column => column[0]).Distinct().Order(StringComparer.Ordinal),
        ];
    }

    static List<string> Read(DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Names of tables and columns.
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
            rows.Add(reader.GetString(0));
        return rows;
    }

    static string Content(JsonNode entry) => entry["content"]!.ToJsonString();

    static string Room(string room) => $"rooms/{Uri.EscapeDataString(room)}";
}
