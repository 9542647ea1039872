using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using DnsClient;
using DnsClient.Protocol;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Discovery;

/// <summary>
/// Looks names up: what the machine's <c>hosts</c> file knows is taken from there, all else is asked of the name servers that the system is set up with,
/// or of <see cref="FederationOptions.NameServer"/>. The system's own resolver, which keeps a thread busy for as long as a name server is silent, is left
/// to names without a dot and to machines without name servers.
/// </summary>
public sealed class NameLookup : IDisposable
{
    const int MaxSystemLookups = 8;
    const int MaxServices = 20_000;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);
    static readonly TimeSpan FailureLifetime = TimeSpan.FromMinutes(1);
    static readonly TimeSpan ServiceLifetime = TimeSpan.FromMinutes(5);

    readonly SemaphoreSlim _systemLookups = new(MaxSystemLookups);
    readonly ConcurrentDictionary<string, (List<SrvRecord> Records, DateTimeOffset Until)> _services = new(StringComparer.Ordinal);
    readonly HostsFile _hosts;
    readonly LookupClient _client;
    readonly bool _isOwnServer;
    readonly TimeProvider _time;
    readonly ILogger _logger;

    public NameLookup(FederationOptions options, TimeProvider time, ILogger<NameLookup> logger)
    {
        _time = time;
        _isOwnServer = options.NameServer is not null;
        _logger = logger;
        _hosts = new HostsFile(options.HostsFile);
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
        if (_hosts.Find(host) is { Count: > 0 } written)
            return written;

        if (!_isOwnServer && (!host.Contains('.') || _client.NameServers.Count == 0))
            return await AskSystemAsync(host, cancellationToken);

        // A network that only seems to have IPv6 is found out slowly: what may be in vain comes last.
        var found = await Task.WhenAll(AskAddressesAsync(host, QueryType.A, cancellationToken), AskAddressesAsync(host, QueryType.AAAA, cancellationToken));
        return [.. found[0], .. found[1]];
    }

    /// <summary>
    /// The targets of an SRV record in the order in which to try them (RFC 2782); null without a record. A single target of <c>.</c> gives none.
    /// A name server that does not answer counts as no record: many networks have one that knows addresses only.
    /// </summary>
    public async ValueTask<IReadOnlyList<RouteTarget>?> FindServiceAsync(string name, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        if (!_services.TryGetValue(name, out var known) || now >= known.Until)
        {
            var (records, lifetime) = await AskServiceAsync(name, cancellationToken);
            if (_services.Count >= MaxServices)
                _services.Clear();
            _services[name] = known = (records, now + lifetime);
        }

        return known.Records.Count == 0 ? null : Order(known.Records, Random.Shared);
    }

    public void Dispose() => _systemLookups.Dispose();

    // Remembered here, as the client remembers no absence, and most servers have no such record.
    async ValueTask<(List<SrvRecord> Records, TimeSpan Lifetime)> AskServiceAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await _client.QueryAsync(name, QueryType.SRV, cancellationToken: cancellationToken);
            return ([.. answer.Answers.SrvRecords()], ServiceLifetime);
        }
        catch (Exception failure) when (failure is DnsResponseException or ArgumentException or InvalidOperationException or SocketException)
        {
            _logger.LogDebug("{Name} has no SRV record: {Reason}", name, failure.Message);
            return ([], FailureLifetime);
        }
    }

    // Each by itself: some name servers never answer about IPv6.
    async Task<IReadOnlyList<IPAddress>> AskAddressesAsync(string host, QueryType type, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await _client.QueryAsync(host, type, cancellationToken: cancellationToken);
            return [.. answer.Answers.AddressRecords().Select(static record => record.Address)];
        }
        catch (Exception failure) when (failure is DnsResponseException or ArgumentException or InvalidOperationException or SocketException)
        {
            _logger.LogDebug("{Host} has no address of type {Type}: {Reason}", host, type, failure.Message);
            return [];
        }
    }

    async Task<IReadOnlyList<IPAddress>> AskSystemAsync(string host, CancellationToken cancellationToken)
    {
        await _systemLookups.WaitAsync(cancellationToken);
        try
        {
            // Not on a thread of the pool: a few dead names would hold up everything that wants one.
            return await Task.Factory.StartNew(() => Dns.GetHostAddresses(host), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (Exception failure) when (failure is SocketException or ArgumentException)
        {
            _logger.LogDebug("{Host} has no address: {Reason}", host, failure.Message);
            return [];
        }
        finally
        {
            _systemLookups.Release();
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
