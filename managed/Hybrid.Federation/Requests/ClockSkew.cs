using System.Collections.Concurrent;
using Hybrid.Primitives;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Requests;

/// <summary>
/// Compares clocks with other servers, and warns when they are more than a minute apart, once per server and hour: events would be in the wrong order,
/// and keys seem to have expired.
/// </summary>
public sealed class ClockSkew(TimeProvider time, ILogger<ClockSkew> logger)
{
    const int MaxServers = 10_000;
    static readonly TimeSpan Tolerated = TimeSpan.FromMinutes(1);
    static readonly TimeSpan Silence = TimeSpan.FromHours(1);

    readonly ConcurrentDictionary<ServerName, DateTimeOffset> _warned = new();

    /// <summary>Takes note of a server's clock.</summary>
    /// <param name="server">Whose clock it is.</param>
    /// <param name="clock">What it showed, at some moment between the two that follow.</param>
    /// <param name="earliest">Before it was read, by this server's clock.</param>
    /// <param name="latest">After it was read.</param>
    public void Observe(ServerName server, DateTimeOffset clock, DateTimeOffset earliest, DateTimeOffset latest)
    {
        // Only what the time of the answer cannot explain.
        var skew = clock < earliest ? clock - earliest : clock > latest ? clock - latest : TimeSpan.Zero;
        if (skew.Duration() <= Tolerated)
            return;

        var now = time.GetUtcNow();
        if (_warned.TryGetValue(server, out var last) && now - last < Silence)
            return;
        if (_warned.Count >= MaxServers)
            _warned.Clear();

        _warned[server] = now;
        logger.LogWarning(
            "The clock of {Server} is {Skew} {Direction} this server's; one of the two is wrong", server, skew.Duration(), skew < TimeSpan.Zero ? "behind" : "ahead of");
    }
}
