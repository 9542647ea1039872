using Hybrid.Primitives;

namespace Hybrid.Federation.Discovery;

/// <summary>Finds out how a server is reached (server-server API, "Resolving server names"). The numbers are the specification's.</summary>
public sealed class ServerResolver(WellKnownLookup wellKnown, NameLookup names, FederationOptions options)
{
    const int MaxTargets = 8;

    /// <exception cref="ServerNotFoundException">The name cannot lead anywhere.</exception>
    public async ValueTask<ServerRoute> ResolveAsync(ServerName server, CancellationToken cancellationToken)
    {
        // 1 and 2.
        var own = HostAndPort.Of(server);
        if (own.Literal is not null || own.Port is not null)
            return Direct(server, own);

        // 3.1 to 3.5.
        if (await wellKnown.FindAsync(own.Host, cancellationToken) is { } delegated)
        {
            var other = HostAndPort.Of(delegated);
            return other.Literal is not null || other.Port is not null
                ? Direct(delegated, other)
                : await ByServiceAsync(delegated, other.Host, cancellationToken);
        }

        // 4 to 6.
        return await ByServiceAsync(server, own.Host, cancellationToken);
    }

    /// <summary>The server made itself heard: what was found out while it may have been away is asked again.</summary>
    public void Recheck(ServerName server) => wellKnown.ForgetFailure(HostAndPort.Of(server).Host);

    ServerRoute Direct(ServerName name, HostAndPort parts)
    {
        var port = parts.Port ?? options.DefaultPort;
        return port is > 0 and <= ushort.MaxValue
            ? new ServerRoute(name.Value, parts.Host, [new RouteTarget(parts.Host, port)])
            : throw new ServerNotFoundException($"{name} has no port that exists.");
    }

    async ValueTask<ServerRoute> ByServiceAsync(ServerName name, string host, CancellationToken cancellationToken)
    {
        var targets = await names.FindServiceAsync($"_matrix-fed._tcp.{host}", cancellationToken)
            ?? await names.FindServiceAsync($"_matrix._tcp.{host}", cancellationToken)
            ?? [new RouteTarget(host, options.DefaultPort)];
        return targets.Count > 0
            ? new ServerRoute(name.Value, host, [.. targets.Take(MaxTargets)])
            : throw new ServerNotFoundException($"{host} says in its SRV record that it has no Matrix server.");
    }
}
