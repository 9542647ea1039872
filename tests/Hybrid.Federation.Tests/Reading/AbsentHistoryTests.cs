using System.Text.Json.Nodes;
using Hybrid.Federation.Tests.Support;
using Hybrid.Tests.Shared;

namespace Hybrid.Federation.Tests.Reading;

/// <summary>History that another server has, which is away when it is asked for.</summary>
public sealed class AbsentHistoryTests : IAsyncLifetime
{
    FederatedServers _servers = null!;

    public async Task InitializeAsync() => _servers = await FederatedServers.StartAsync();

    public async Task DisposeAsync() => await _servers.DisposeAsync();

    [Fact]
    public async Task It_is_fetched_as_soon_as_the_server_is_back()
    {
        var (a, b) = (_servers[0], _servers[1]);
        var (alice, bob) = (await a.RegisterAsync("alice"), await b.RegisterAsync("bob"));
        var room = await ServerPair.CreateRoomAsync(alice, """{"preset":"public_chat"}""");
        var said = await ServerPair.SayAsync(alice, room, "before you came");
        await bob.CallAsync(HttpMethod.Post, $"join/{Uri.EscapeDataString(room)}?via={Uri.EscapeDataString(a.Name.Value)}", []);

        await a.StopAsync();
        Assert.DoesNotContain(said, await ReadBackAsync());
        await a.StartAsync();

        // It makes itself heard.
        await ServerPair.SayAsync(alice, room, "I am back");
        for (var end = DateTime.UtcNow.AddSeconds(30); !(await ReadBackAsync()).Contains(said); await Task.Delay(200))
            Assert.True(DateTime.UtcNow < end, "It is not asked for again.");

        async Task<IEnumerable<string?>> ReadBackAsync()
        {
            var page = await bob.CallAsync(HttpMethod.Get, $"rooms/{Uri.EscapeDataString(room)}/messages?dir=b&limit=100");
            return ((JsonArray)page["chunk"]!).Select(static entry => (string?)entry!["event_id"]);
        }
    }
}
