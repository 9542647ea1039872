using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Primitives;

namespace Hybrid.Conformance.Tests.Running;

/// <summary>
/// The server that is asked, and what is on it: Alice and Bob in a public room with messages and a thread, a space, a file, a key backup.
/// </summary>
sealed class Story
{
    /// <summary>The password of everyone.</summary>
    public const string Password = "correct horse battery";

    int _names;

    Story(TestServer server, ExampleService service, TestUser alice, TestUser bob, TestUser admin, Outsider outsider) =>
        (Server, Service, Alice, Bob, Admin, Outsider) = (server, service, alice, bob, admin, outsider);

    public TestServer Server { get; }

    /// <summary>The others that the server speaks to.</summary>
    public ExampleService Service { get; }

    public TestUser Alice { get; }

    public TestUser Bob { get; }

    /// <summary>A server administrator.</summary>
    public TestUser Admin { get; }

    /// <summary>Someone whom no operation is about.</summary>
    public Outsider Outsider { get; }

    /// <summary>Alice's public, world-readable room, which Bob is in.</summary>
    public string Room { get; private set; } = "";

    /// <summary>The alias of <see cref="Room"/>.</summary>
    public string Alias { get; private set; } = "";

    /// <summary>A message of <see cref="Room"/> with a thread.</summary>
    public string Event { get; private set; } = "";

    /// <summary>The ID of an uploaded image.</summary>
    public string Media { get; private set; } = "";

    /// <summary>The version of Alice's key backup.</summary>
    public string Backup { get; private set; } = "";

    /// <summary>The end of an initial sync of Alice's.</summary>
    public string Since { get; private set; } = "";

    public static async Task<Story> BeginAsync(TestServer server, ExampleService service)
    {
        var story = new Story(server, service, await server.RegisterAsync("alice"), await server.RegisterAsync("bob"), await AdministratorAsync(server), new Outsider(await server.RegisterAsync("carol")));
        await story.FillAsync();
        return story;
    }

    /// <summary>The value of a path parameter for which a call names none.</summary>
    public string Parameter(string name) => name switch
    {
        "roomId" or "roomIdOrAlias" => Room,
        "eventId" => Event,
        "userId" => Alice.UserId.Value,
        "deviceId" => Alice.DeviceId,
        "roomAlias" => Alias,
        "serverName" => "test.local",
        "mediaId" => Media,
        "fileName" => "file.png",
        "version" => Backup,
        "sessionId" => "session",
        "txnId" => Name("txn"),
        "type" => "org.example.setting",
        "tag" => "u.work",
        "keyName" => "displayname",
        "relType" => "m.thread",
        "eventType" => "m.room.message",
        "stateKey" => "",
        "kind" => "override",
        "ruleId" => ".m.rule.master",
        "receiptType" => "m.read",
        "protocol" => "echo",
        "appserviceId" => "bridge",
        "networkId" => "network",
        "idpId" => "oidc",
        _ => throw new InvalidOperationException($"No value for the path parameter {name}: Story.Parameter gives them."),
    };

    /// <summary>A name that nothing else has.</summary>
    public string Name(string prefix) => $"{prefix}{++_names}";

    /// <summary>A new user, logged in.</summary>
    public Task<TestUser> UserAsync() => Server.RegisterAsync(Name("person"));

    /// <summary>A new room of Alice's.</summary>
    public Task<string> RoomAsync(string body = """{"preset":"public_chat"}""") => Alice.CreateRoomAsync(body);

    /// <summary>Proves an e-mail address that no account has; what a client passes on as the proof.</summary>
    public Task<string> ProveEmailAsync(string address) => ProveAsync("email", $"\"email\":\"{address}\"", () => Service.ReadMailAsync(address));

    /// <summary>As <see cref="ProveEmailAsync"/>, a British telephone number.</summary>
    public Task<string> ProveTelephoneAsync(string number) => ProveAsync("msisdn", $"\"country\":\"GB\",\"phone_number\":\"{number}\"", () => Service.ReadTextAsync(number));

    /// <summary>The <c>auth</c> with which a user confirms something.</summary>
    public static string Confirmation(TestUser user) =>
        $$"""{"type":"m.login.password","identifier":{"type":"m.id.user","user":"{{user.UserId.Localpart}}"},"password":"{{Password}}"}""";

    async Task<string> ProveAsync(string medium, string address, Func<Task<string>> readToken)
    {
        var secret = Name("secret");
        var sid = (string)(await Alice.PostAsync($"account/3pid/{medium}/requestToken", $$"""{"client_secret":"{{secret}}","send_attempt":1,{{address}}}""")).Ok["sid"]!;
        var proof = $"\"sid\":\"{sid}\",\"client_secret\":\"{secret}\"";
        (await Alice.PostAsync($"/_hybrid/client/v1/address/{medium}/submit", $$"""{ {{proof}},"token":"{{await readToken()}}"}""")).Ok.Clear();
        return proof;
    }

    async Task FillAsync()
    {
        Alias = "#town:test.local";
        Room = await RoomAsync("""
            {"preset":"public_chat","visibility":"public","room_alias_name":"town","name":"Town","topic":"All of it",
             "initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"world_readable"}}]}
            """);
        (await Bob.InRoomAsync(Room, "join")).Ok.Clear();
        Event = await Alice.SayAsync(Room, "root");
        (await Bob.SendEventAsync(Room, "m.room.message", $$$"""
            {"msgtype":"m.text","body":"reply","m.relates_to":{"rel_type":"m.thread","event_id":"{{{Event}}}"}}
            """)).Ok.Clear();
        (await Alice.PutAsync($"user/{Alice.UserId}/account_data/org.example.setting", """{"on":true}""")).Ok.Clear();
        (await Alice.PutAsync($"user/{Alice.UserId}/rooms/{Room}/account_data/org.example.setting", """{"on":true}""")).Ok.Clear();
        (await Alice.PutAsync($"user/{Alice.UserId}/rooms/{Room}/tags/u.work", """{"order":0.5}""")).Ok.Clear();
        (await Alice.PutAsync($"profile/{Alice.UserId}/displayname", """{"displayname":"Alice"}""")).Ok.Clear();
        Backup = await BackupAsync();
        Media = await UploadAsync();
        Since = (string)(await Alice.GetAsync("sync")).Ok["next_batch"]!;
    }

    /// <summary>A new key backup of Alice's, with one session of <see cref="Room"/> in it.</summary>
    public async Task<string> BackupAsync()
    {
        var made = await Alice.PostAsync("room_keys/version", """{"algorithm":"m.megolm_backup.v1.curve25519-aes-sha2","auth_data":{"public_key":"abc"}}""");
        Backup = (string)made.Ok["version"]!;
        (await Alice.PutAsync($"room_keys/keys/{Room}/session?version={Backup}", BackedUpSession)).Ok.Clear();
        return Backup;
    }

    /// <summary>A session as key backups hold it.</summary>
    public const string BackedUpSession = """{"first_message_index":1,"forwarded_count":0,"is_verified":true,"session_data":{"ciphertext":"c","ephemeral":"e","mac":"m"}}""";

    /// <summary>A picture of one pixel.</summary>
    public static byte[] Picture { get; } = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    async Task<string> UploadAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/_matrix/media/v3/upload?filename=file.png") { Content = new ByteArrayContent(Picture) };
        request.Headers.Authorization = new("Bearer", Alice.AccessToken);
        request.Content.Headers.ContentType = new("image/png");
        using var response = await Server.Http.SendAsync(request);
        var uri = (string)(await response.Content.ReadFromJsonAsync<JsonObject>())!["content_uri"]!;
        return uri[(uri.LastIndexOf('/') + 1)..];
    }

    static async Task<TestUser> AdministratorAsync(TestServer server)
    {
        const string Register = "/_synapse/admin/v1/register";
        var nonce = (string)(await server.Http.GetFromJsonAsync<JsonObject>(Register))!["nonce"]!;
#pragma warning disable CA5350 // The protocol's choice.
        var mac = HMACSHA1.HashData("shared"u8, Encoding.UTF8.GetBytes($"{nonce}\0root\0{Password}\0admin"));
#pragma warning restore CA5350
        var body = new JsonObject { ["nonce"] = nonce, ["username"] = "root", ["password"] = Password, ["admin"] = true, ["mac"] = Convert.ToHexStringLower(mac) };
        using var response = await server.Http.PostAsJsonAsync(Register, body);
        var made = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        return new TestUser(server, UserId.Parse((string)made["user_id"]!), (string)made["access_token"]!, (string)made["device_id"]!);
    }
}
