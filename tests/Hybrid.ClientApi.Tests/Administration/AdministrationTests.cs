using System.Net.Http.Headers;
using Hybrid.Accounts.Devices;
using Hybrid.ClientApi.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Hybrid.ClientApi.Tests.Administration;

public sealed class AdministrationTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Whois_shows_devices_to_the_user_and_to_administrators()
    {
        var admin = await server.RegisterAdministratorAsync();
        var alice = await server.RegisterAsync();
        var eve = await server.RegisterAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/_matrix/client/v3/account/whoami") { Headers = { { "User-Agent", "Client/1.0 " + new string('x', 300) } } };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", alice.AccessToken);
        using var seen = await server.Http.SendAsync(request);
        Assert.True(seen.IsSuccessStatusCode);

        foreach (var caller in (TestUser[])[alice, admin])
        {
            var answer = (await caller.GetAsync($"admin/whois/{alice.UserId}")).Ok;
            Assert.Equal(alice.UserId.Value, (string?)answer["user_id"]);
            var connection = answer["devices"]![alice.DeviceId]!["sessions"]![0]!["connections"]![0]!;
            Assert.Equal("127.0.0.1", (string?)connection["ip"]);
            Assert.True((long)connection["last_seen"]! > 0);
            Assert.Equal("Client/1.0 " + new string('x', 244), (string?)connection["user_agent"]);

            // As it is once it stands in the database.
            await server.Services.GetRequiredService<DeviceActivity>().FlushAsync(default);
        }

        (await eve.GetAsync($"admin/whois/{alice.UserId}")).ShouldBe(403, "M_FORBIDDEN");
        (await admin.GetAsync("admin/whois/@nobody:test.local")).ShouldBe(404, "M_NOT_FOUND");
        (await admin.GetAsync("admin/whois/@a:elsewhere.test")).ShouldBe(400, "M_INVALID_PARAM");
        (await admin.GetAsync("admin/whois/nonsense")).ShouldBe(400, "M_INVALID_PARAM");
        using var anonymous = await server.Http.GetAsync(new Uri($"/_matrix/client/v3/admin/whois/{alice.UserId}", UriKind.Relative));
        Assert.Equal(401, (int)anonymous.StatusCode);
    }

    [Fact]
    public async Task The_key_of_the_policy_server_is_told_where_there_is_one()
    {
        using var missing = await server.Http.GetAsync(new Uri("/.well-known/matrix/policy_server", UriKind.Relative));
        Assert.Equal(404, (int)missing.StatusCode);

        const string Key = "6yhHGKhCiXTSEN2ksjV7kX/N6rBQZ3Xb+M7LlC6NSVs";
        await using var own = await TestServer.StartAsync(static settings => settings with { PolicyServerKey = Key });
        Assert.Equal(
            $$$"""{"public_keys":{"ed25519":"{{{Key}}}"}}""",
            await own.Http.GetStringAsync(new Uri("/.well-known/matrix/policy_server", UriKind.Relative)));
    }
}
