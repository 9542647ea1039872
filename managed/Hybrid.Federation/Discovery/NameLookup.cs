using System.Net;
using System.Net.Sockets;
using DnsClient;
using DnsClient.Protocol;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Discovery;

/// <summary>
/// Looks names up: addresses with the system's resolver, which knows the operator's <c>hosts</c> file too, and SRV records with a resolver of its own,
/// as the system's knows none. With <see cref="FederationOptions.NameServer"/> that server is asked for everything.
/// </summary>
public sealed class NameLookup
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);
    static readonly TimeSpan FailureLifetime = TimeSpan.FromMinutes(1);

    readonly LookupClient _client;
    readonly bool _ownServer;
    readonly ILogger _logger;

    public NameLookup(FederationOptions options, ILogger<NameLookup> logger)
    {
        _ownServer = options.NameServer is not null;
        _logger = logger;
        var lookups = options.NameServer is { } server ? new LookupClientOptions(server) : new LookupClientOptions();
        lookups.Timeout = Timeout;
        lookups.Retries = 1;
        lookups.MaximumCacheTimeout = TimeSpan.FromHours(1);
        lookups.CacheFailedResults = true;
        lookups.FailedResultsCacheDuration = FailureLifetime;
        _client = new LookupClient(lookups);
    }

    /// <summary>The addresses of a host name, in the order in which to try them; an IP literal is its own. Empty when there are none.</summary>
    public async ValueTask<IReadOnlyList<IPAddress>> FindAddressesAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var literal))
            return [literal];

        try
        {
            if (!_ownServer)
                return await Dns.GetHostAddressesAsync(host, cancellationToken);

            var v4 = await _client.QueryAsync(host, QueryType.A, cancellationToken: cancellationToken);
            var v6 = await _client.QueryAsync(host, QueryType.AAAA, cancellationToken: cancellationToken);
            return [.. v6.Answers.AaaaRecords().Select(static record => record.Address), .. v4.Answers.ARecords().Select(static record => record.Address)];
        }
        catch (Exception failure) when (failure is SocketException or DnsResponseException or ArgumentException)
        {
            _logger.LogDebug("{Host} has no address: {Reason}", host, failure.Message);
            return [];
        }
    }

    /// <summary>
    /// The targets of an SRV record in the order in which to try them (RFC 2782); null without a record. A single target of <c>.</c> gives none.
    /// A name server that does not answer counts as no record: many networks have one that knows addresses only.
    /// </summary>
    public async ValueTask<IReadOnlyList<RouteTarget>?> FindServiceAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await _client.QueryAsync(name, QueryType.SRV, cancellationToken: cancellationToken);
            var records = answer.Answers.SrvRecords().ToList();
            return records.Count == 0 ? null : Order(records, Random.Shared);
        }
        catch (Exception failure) when (failure is DnsResponseException or ArgumentException or InvalidOperationException or SocketException)
        {
            _logger.LogDebug("{Name} has no SRV record: {Reason}", name, failure.Message);
            return null;
        }
    }

    // The lowest priority first; within one, chance decides by weight.
    internal static IReadOnlyList<RouteTarget> Order(List<SrvRecord> records, Random random)
    {
        var targets = new List<RouteTarget>();
        foreach (var priority in records.GroupBy(static record => record.Priority).OrderBy(static group => group.Key))
        {
            var left = priority.ToList();
            while (left.Count > 0)
            {
                // With a weight of zero a record is still chosen now and then.
                var at = random.Next(left.Sum(static record => record.Weight + 1));
                var chosen = left.First(record => (at -= record.Weight + 1) < 0);
                left.Remove(chosen);
                if (chosen.Target.Value.TrimEnd('.') is { Length: > 0 } host)
                    targets.Add(new RouteTarget(host, chosen.Port));
            }
        }

        return targets;
    }
}
