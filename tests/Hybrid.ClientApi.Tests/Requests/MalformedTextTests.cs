using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Requests;

/// <summary>Bytes that are no text, wherever a request can carry them: refused with the reason, and the server carries on.</summary>
public sealed class MalformedTextTests(TestServer server) : IClassFixture<TestServer>
{
    public static TheoryData<string, string, string> Writes => new()
    {
        { "PUT", "rooms/{room}/send/m.room.message/t1", """{"body":"#"}""" },
        { "PUT", "rooms/{room}/send/m.room.message/t2", """{"#":"name"}""" },
        { "PUT", "rooms/{room}/state/m.room.topic/", """{"topic":"#"}""" },
        { "PUT", "profile/{user}/displayname", """{"displayname":"#"}""" },
        { "PUT", "user/{user}/account_data/org.example", """{"nested":[{"#":1}]}""" },
        { "PUT", "user/{user}/rooms/{room}/tags/u.work", """{"order":0.5,"note":"#"}""" },
        { "PUT", "sendToDevice/m.dummy/t3", """{"messages":{"{user}":{"*":{"note":"#"}}}}""" },
        { "PUT", "pushrules/global/content/mine", """{"pattern":"#","actions":["notify"]}""" },
        { "PUT", "presence/{user}/status", """{"presence":"online","status_msg":"#"}""" },
        { "POST", "createRoom", """{"name":"#"}""" },
        { "POST", "user/{user}/filter", """{"room":{"timeline":{"types":["#"]}}}""" },
        { "POST", "keys/upload", """{"device_keys":{"user_id":"#"}}""" },
        { "POST", "user_directory/search", """{"search_term":"#"}""" },
        { "POST", "account/password", """{"new_password":"#########"}""" },
        { "POST", "login", """{"type":"m.login.password","identifier":{"type":"m.id.user","user":"#"},"password":"x"}""" },
        { "POST", "register", """{"username":"someone","password":"#########"}""" },
    };

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_string_that_is_not_UTF8_is_M_NOT_JSON(string method, string path, string body)
    {
        // A lone continuation byte, an overlong slash, half of a surrogate pair, and a sequence that breaks off.
        foreach (var bytes in (byte[][])[[0x80], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF0, 0x9F, 0x98]])
            Assert.Equal((400, "M_NOT_JSON"), await SendAsync(method, path, Replace(body, bytes)));
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task Half_of_a_surrogate_pair_is_M_BAD_JSON(string method, string path, string body)
    {
        foreach (var half in (string[])[@"\ud800", @"\uDFFF", @"\ud83d\ud83d\ude00", @"\ude00\ud83d", @"\ud83dx", @"\ud83d\n", @"\\\ud83d"])
            Assert.Equal((400, "M_BAD_JSON"), await SendAsync(method, path, Replace(body, Encoding.ASCII.GetBytes(half))));
    }

    [Theory]
    [InlineData("\"\\ud83d\\ude00\"", "😀")]
    [InlineData("\"\\\\ud800\"", "\\ud800")]
    [InlineData("\"\\u00e4\\\\\\\"\"", "ä\\\"")]
    [InlineData("\"ä😀\"", "ä😀")]
    public async Task Text_however_escaped_is_kept(string json, string text)
    {
        var alice = await server.RegisterAsync();

        _ = (await alice.PutAsync($"user/{alice.UserId}/account_data/org.example", $$"""{"text":{{json}}}""")).Ok;

        Assert.Equal(text, (string?)(await alice.GetAsync($"user/{alice.UserId}/account_data/org.example")).Ok["text"]);
    }

    [Theory]
    [InlineData("rooms/{room}/state/m.room.topic/%ff")]
    [InlineData("rooms/{room}/state/%c3%28/")]
    [InlineData("rooms/{room}/state/m.room.topic/%")]
    [InlineData("rooms/{room}/state/m.room.topic/100%zz")]
    [InlineData("rooms/%ed%a0%80/messages?dir=b")]
    [InlineData("directory/room/%23%80")]
    [InlineData("user/{user}/account_data/%fe%ff")]
    [InlineData("profile/@al%c3ice:test.local")]
    [InlineData("rooms/{room}/messages?dir=b&from=%ff")]
    [InlineData("rooms/{room}/messages?dir=b&limit=1%")]
    [InlineData("sync?timeout=0&since=%c3%28")]
    [InlineData("sync?timeout=0&filter=%zz")]
    public async Task Escapes_that_give_no_text_are_M_INVALID_PARAM(string path) =>
        Assert.Equal((400, "M_INVALID_PARAM"), await SendAsync("GET", path, null));

    [Fact]
    public async Task Escapes_that_give_text_are_text()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();

        _ = (await alice.PutAsync($"rooms/{Uri.EscapeDataString(room)}/state/org.example/%F0%9F%98%80%2F%25%2B+%20", """{"n":1}""")).Ok;

        Assert.Equal(1, (int?)(await alice.GetStateAsync(room, "org.example", "😀/%++ ")).Ok["n"]);
    }

    async Task<(int Status, string? Code)> SendAsync(string method, string path, byte[]? body)
    {
        var alice = await server.RegisterAsync();
        var room = path.Contains("{room}", StringComparison.Ordinal) ? await alice.CreateRoomAsync() : "";
        path = path.Replace("{room}", Uri.EscapeDataString(room), StringComparison.Ordinal).Replace("{user}", alice.UserId.Value, StringComparison.Ordinal);
        // The client must send what the test wrote, not what it should have been.
        var uri = new Uri($"{server.Http.BaseAddress}_matrix/client/v3/{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(method), uri);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", alice.AccessToken);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        using var response = await server.Http.SendAsync(request);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        return ((int)response.StatusCode, (string?)answer["errcode"]);
    }

    static byte[] Replace(string body, byte[] bytes) =>
        [.. body.SelectMany(character => character == '#' ? bytes : Encoding.UTF8.GetBytes([character]))];
}
