using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Mail;
using Hybrid.Tests.Shared;
using Xunit;

namespace Hybrid.ClientApi.Tests.Requests;

/// <summary>Clients that ask too much are told how long to wait (specification, "Rate limiting").</summary>
public sealed class RateLimitTests
{
    [Fact]
    public async Task Logins_are_slowed_down_by_address_and_wrong_passwords_by_account()
    {
        await using var server = await StartAsync();
        var alice = await server.RegisterAsync();
        var limited = await FloodAsync(20, () => LoginAsync(server, alice.UserId.Value, "wrong"));
        AssertLimited(limited, most: TimeSpan.FromSeconds(10));

        // The account is what is guessed at: another still gets in from the same address.
        var bob = await server.RegisterAsync();
        using var other = await LoginAsync(server, bob.UserId.Value, "correct horse battery");
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);

        AssertLimited(await FloodAsync(20, () => LoginAsync(server, $"@{Guid.NewGuid():N}:test.local", "wrong")), most: TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Messages_are_slowed_down_by_user()
    {
        await using var server = await StartAsync();
        var (alice, bob) = (await server.RegisterAsync(), await server.RegisterAsync());
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        (await bob.InRoomAsync(room, "join")).Ok.Clear();
        var path = $"/_matrix/client/v3/rooms/{Uri.EscapeDataString(room)}/send/m.room.message/";
        var transaction = 0;

        AssertLimited(await FloodAsync(200, () => SendAsync(server, alice, HttpMethod.Put, path + $"{transaction++}")), most: TimeSpan.FromSeconds(1));

        await bob.SayAsync(room, "mine is another budget");
    }

    [Fact]
    public async Task New_accounts_are_slowed_down_by_address()
    {
        await using var server = await StartAsync();
        using var limited = await FloodAsync(30, () => PostAsync(server, "register", $$$"""{"username":"u{{{Guid.NewGuid():N}}}","password":"correct horse battery","auth":{"type":"m.login.dummy"}}"""));

        AssertLimited(limited, most: TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_mailbox_is_not_flooded()
    {
        await using var mail = new TestMailServer();
        await using var server = await TestServer.StartAsync(settings => settings with
        {
            RateLimits = true,
            Smtp = new SmtpOptions { Host = "127.0.0.1", Port = mail.Port, Tls = SmtpTls.Off, From = "hybrid@test.local" },
        });
        var secret = 0;

        AssertLimited(
            await FloodAsync(6, () => PostAsync(server, "account/3pid/email/requestToken", $$"""{"client_secret":"s{{secret++}}","email":"victim@example.org","send_attempt":1}""")),
            most: TimeSpan.FromMinutes(10));
        using var other = await PostAsync(server, "account/3pid/email/requestToken", """{"client_secret":"s","email":"other@example.org","send_attempt":1}""");
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    static Task<TestServer> StartAsync() => TestServer.StartAsync(static settings => settings with { RateLimits = true });

    // The first answer that is limited; fails when there is none.
    static async Task<HttpResponseMessage> FloodAsync(int most, Func<Task<HttpResponseMessage>> send)
    {
        for (var i = 0; i < most; i++)
        {
            var response = await send();
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
                return response;
            response.Dispose();
        }

        Assert.Fail($"{most} requests, and none too many.");
        return null!;
    }

    static void AssertLimited(HttpResponseMessage response, TimeSpan most)
    {
        var body = JsonNode.Parse(response.Content.ReadAsStream())!;
        Assert.Equal("M_LIMIT_EXCEEDED", (string?)body["errcode"]);
        var wait = (long)body["retry_after_ms"]!;
        Assert.InRange(wait, 1, (long)most.TotalMilliseconds);
        Assert.Equal(((wait + 999) / 1000).ToString(CultureInfo.InvariantCulture), response.Headers.RetryAfter!.ToString());
        Assert.Equal("*", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    static Task<HttpResponseMessage> LoginAsync(TestServer server, string user, string password) =>
        PostAsync(server, "login", $$$"""{"type":"m.login.password","identifier":{"type":"m.id.user","user":"{{{user}}}"},"password":"{{{password}}}"}""");

    static async Task<HttpResponseMessage> PostAsync(TestServer server, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await server.Http.PostAsync("/_matrix/client/v3/" + path, content);
    }

    static async Task<HttpResponseMessage> SendAsync(TestServer server, TestUser user, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent("""{"msgtype":"m.text","body":"spam"}""") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user.AccessToken);
        return await server.Http.SendAsync(request);
    }
}
