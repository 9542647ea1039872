using Hybrid.Federation.Discovery;
using Hybrid.Federation.Keys;
using Hybrid.Federation.Requests;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Federation;

/// <summary>How other servers are asked, and their keys. The composition adds <see cref="Rooms.ServerIdentity"/> and the stores.</summary>
public static class FederationServices
{
    public static IServiceCollection AddFederation(this IServiceCollection services, FederationOptions options) => services
        .AddSingleton(options)
        .AddSingleton<NameLookup>()
        .AddSingleton<FederationHttp>()
        .AddSingleton<WellKnownLookup>()
        .AddSingleton<ServerResolver>()
        .AddSingleton<ClockSkew>()
        .AddSingleton<IDestinationHealth, DestinationHealth>()
        .AddSingleton<IFederationClient, FederationClient>()
        .AddSingleton<OwnServerKeys>()
        .AddSingleton<ServerKeyFetcher>()
        .AddSingleton<ServerKeyRing>()
        .AddSingleton<IServerKeys>(static provider => provider.GetRequiredService<ServerKeyRing>())
        .AddSingleton<ServerKeyNotary>();
}
