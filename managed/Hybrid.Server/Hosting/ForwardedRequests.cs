using Hybrid.Server.Configuration;
using Microsoft.AspNetCore.HttpOverrides;

namespace Hybrid.Server.Hosting;

/// <summary>Requests that a reverse proxy passes on: their address and scheme become those that the proxy was asked from and with.</summary>
static class ForwardedRequests
{
    /// <summary>
    /// Believes <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> of the operator's own proxies, from the last entry backwards up to the
    /// first address that is none of them: what stands before it may be the client's invention.
    /// </summary>
    public static void UseForwardedRequests(this IApplicationBuilder app, HybridSettings settings)
    {
        if (settings.TrustedProxies.Count == 0)
            return;

        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in settings.TrustedProxies)
            options.KnownIPNetworks.Add(network);
        app.UseForwardedHeaders(options);
    }
}
