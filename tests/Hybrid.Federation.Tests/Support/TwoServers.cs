using Hybrid.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Hybrid.Federation.Tests.Support;

/// <summary>Two servers of a test's own, whose requests it sees before they do.</summary>
public abstract class TwoServers : IAsyncLifetime
{
    FederatedServers _servers = null!;

    protected FederatedServer A => _servers[0];

    protected FederatedServer B => _servers[1];

    public async Task InitializeAsync() => _servers = await FederatedServers.StartAsync(2, map: web => web.Use(PassAsync));

    public virtual async Task DisposeAsync() => await _servers.DisposeAsync();

    /// <summary>Sees a request to either server, and lets it pass, by calling <paramref name="next"/>, when it wants.</summary>
    protected abstract Task PassAsync(HttpContext context, RequestDelegate next);
}
