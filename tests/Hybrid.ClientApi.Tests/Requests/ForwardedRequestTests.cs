using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Server.Configuration;
using Xunit;

namespace Hybrid.ClientApi.Tests.Requests;

/// <summary>Where a request came from when a reverse proxy passes it on. The test itself is the proxy, or a client that pretends to be one.</summary>
public sealed class ForwardedRequestTests
{
    [Theory]
    [InlineData("203.0.113.9", "203.0.113.9")]
    [InlineData("198.51.100.7, 203.0.113.9", "203.0.113.9")]
    [InlineData("198.51.100.7, 127.0.0.5, ::1", "198.51.100.7")]
    [InlineData("2001:db8::9", "2001:db8::9")]
    [InlineData("[2001:db8::9]:4711", "2001:db8::9")]
    [InlineData("203.0.113.9:4711", "203.0.113.9")]
    [InlineData("127.0.0.1 garbage", "127.0.0.1")]
    [InlineData(null, "127.0.0.1")]
    public async Task A_device_was_last_seen_where_the_trusted_proxy_says(string? forwarded, string seen)
    {
        await using var server = await StartAsync(settings => settings);

        Assert.Equal(seen, await LastSeenAsync(server, forwarded));
    }

    [Fact]
    public async Task Whoever_is_no_trusted_proxy_is_not_believed()
    {
        await using var none = await StartAsync(settings => settings with { TrustedProxies = [] });
        Assert.Equal("127.0.0.1", await LastSeenAsync(none, "203.0.113.9"));

        await using var other = await StartAsync(settings => settings with { TrustedProxies = [IPNetwork.Parse("10.0.0.0/8")] });
        Assert.Equal("127.0.0.1", await LastSeenAsync(other, "203.0.113.9"));
    }

    [Fact]
    public async Task Request_budgets_are_of_clients_and_not_of_their_proxy()
    {
        await using var server = await StartAsync(settings => settings with { RateLimits = true });

        Assert.Equal(429, await ExhaustLoginsAsync(server, "203.0.113.9"));
        Assert.Equal(400, await LoginAsync(server, "203.0.113.10"));
        Assert.Equal(400, await LoginAsync(server, null));
        // Inventing more hops gets nobody a new budget.
        Assert.Equal(429, await LoginAsync(server, "198.51.100.1, 203.0.113.9"));
    }

    [Fact]
    public async Task Inventing_addresses_gets_no_one_a_new_budget()
    {
        await using var server = await StartAsync(settings => settings with { RateLimits = true, TrustedProxies = [] });

        Assert.Equal(429, await ExhaustLoginsAsync(server, "203.0.113.9"));
        Assert.Equal(429, await LoginAsync(server, "203.0.113.10"));
    }

    static Task<TestServer> StartAsync(Func<HybridSettings, HybridSettings> configure) => TestServer.StartAsync(configure);

    static async Task<string?> LastSeenAsync(TestServer server, string? forwarded)
    {
        var alice = await server.RegisterAsync();
        var answer = await SendAsync(server, new HttpRequestMessage(HttpMethod.Get, $"/_matrix/client/v3/devices/{alice.DeviceId}"), forwarded, alice.AccessToken);
        return (string?)answer.Body["last_seen_ip"];
    }

    static async Task<int> ExhaustLoginsAsync(TestServer server, string forwarded)
    {
        var status = 0;
        for (var attempt = 0; attempt < 30 && status != 429; attempt++)
            status = await LoginAsync(server, forwarded);
        return status;
    }

    // Without a type it is refused before a password is looked at, but it has come out of the budget.
    static async Task<int> LoginAsync(TestServer server, string? forwarded) =>
        (int)(await SendAsync(server, new HttpRequestMessage(HttpMethod.Post, "/_matrix/client/v3/login") { Content = new StringContent("{}") }, forwarded)).Status;

    static async Task<Answer> SendAsync(TestServer server, HttpRequestMessage request, string? forwarded, string? token = null)
    {
        using (request)
        {
            if (forwarded is not null)
                request.Headers.TryAddWithoutValidation("X-Forwarded-For", forwarded);
            request.Headers.TryAddWithoutValidation("X-Forwarded-Proto", "https");
            if (token is not null)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var response = await server.Http.SendAsync(request);
            return new Answer(response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
        }
    }
}
