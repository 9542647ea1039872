using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Account;

/// <summary>This server has no guests, and says so.</summary>
public sealed class GuestTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("guest", 403, "M_GUEST_ACCESS_FORBIDDEN")]
    [InlineData("visitor", 400, "M_INVALID_PARAM")]
    public async Task Registering_as_a_guest_is_refused(string kind, int status, string errorCode)
    {
        foreach (var body in (string[])["{}", """{"initial_device_display_name":"phone","username":"alice","password":"correct horse battery"}"""])
        {
            using var response = await server.Http.PostAsync($"/_matrix/client/v3/register?kind={kind}", new StringContent(body));
            var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            Assert.Equal((status, errorCode), ((int)response.StatusCode, (string?)answer["errcode"]));
            Assert.Null(answer["access_token"]);
        }
    }

    [Fact]
    public async Task Nobody_is_a_guest()
    {
        var alice = await server.RegisterAsync();

        Assert.False((bool?)(await alice.GetAsync("account/whoami")).Ok["is_guest"] ?? false);
    }
}
