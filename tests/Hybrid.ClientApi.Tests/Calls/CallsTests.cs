using System.Globalization;
using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Calls;

public sealed class CallsTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_turn_server_relays_for_the_credentials_and_for_no_others()
    {
        await using var turn = await Coturn.StartAsync("open sesame");
        var uri = $"turn:127.0.0.1:{turn.Port}?transport=udp";
        await using var own = await TestServer.StartAsync(settings => settings with
        {
            TurnUris = [uri],
            TurnSharedSecret = "open sesame",
            TurnLifetime = TimeSpan.FromMinutes(30),
        });
        var alice = await own.RegisterAsync();

        var granted = (await alice.GetAsync("voip/turnServer")).Ok;

        Assert.Equal([uri], granted["uris"]!.AsArray().Select(static entry => (string)entry!));
        Assert.Equal(1800, (int)granted["ttl"]!);
        var (username, password) = ((string)granted["username"]!, (string)granted["password"]!);
        var parts = username.Split(':', 2);
        var expiry = DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[0], CultureInfo.InvariantCulture));
        Assert.InRange(expiry - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(29), TimeSpan.FromMinutes(30));
        Assert.Equal(alice.UserId.Value, parts[1]);
        Assert.True(await turn.RelaysAsync(username, password));
        Assert.False(await turn.RelaysAsync("1" + username, password));
        Assert.False(await turn.RelaysAsync(username, password[..^4] + "AAA="));
    }

    [Fact]
    public async Task Without_a_turn_server_there_is_none()
    {
        var alice = await server.RegisterAsync();

        Assert.Empty((await alice.GetAsync("voip/turnServer")).Ok);
        using var anonymous = await server.Http.GetAsync(new Uri("/_matrix/client/v3/voip/turnServer", UriKind.Relative));
        Assert.Equal(401, (int)anonymous.StatusCode);
    }

    [Theory]
    [InlineData("/_matrix/client/v1/rtc/transports")]
    [InlineData("/_matrix/client/unstable/org.matrix.msc4143/rtc/transports")]
    public async Task Calls_go_over_the_livekit_server_that_the_operator_names(string path)
    {
        await using var own = await TestServer.StartAsync(static settings => settings with { LiveKitServiceUrl = new Uri("https://rtc.test.local/livekit/jwt") });
        var alice = await own.RegisterAsync();
        var bob = await server.RegisterAsync();
        const string Focus = """[{"type":"livekit","livekit_service_url":"https://rtc.test.local/livekit/jwt"}]""";

        Assert.Equal(Focus, (await alice.GetAsync(path)).Ok["rtc_transports"]!.ToJsonString());
        var wellKnown = JsonNode.Parse(await own.Http.GetStringAsync(new Uri("/.well-known/matrix/client", UriKind.Relative)))!;
        Assert.Equal(Focus, wellKnown["org.matrix.msc4143.rtc_foci"]!.ToJsonString());

        Assert.Empty((await bob.GetAsync(path)).Ok["rtc_transports"]!.AsArray());
        wellKnown = JsonNode.Parse(await server.Http.GetStringAsync(new Uri("/.well-known/matrix/client", UriKind.Relative)))!;
        Assert.Null(wellKnown["org.matrix.msc4143.rtc_foci"]);
        using var anonymous = await server.Http.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(401, (int)anonymous.StatusCode);
    }
}
