using System.Collections.Concurrent;
using Hybrid.Primitives;
using Hybrid.Storage.Federation;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Requests;

/// <inheritdoc cref="IDestinationHealth"/>
public sealed class DestinationHealth : IDestinationHealth
{
    // Names are free for the making: whoever makes this server ask for ever more of them only displaces the oldest failures.
    const int MaxServers = 20_000;

    readonly ConcurrentDictionary<ServerName, BackOff> _failing = new();
    readonly FederationOptions _options;
    readonly IDestinationStore _store;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly Random _random;
    readonly Lazy<Task> _loaded;

    public DestinationHealth(FederationOptions options, IDestinationStore store, TimeProvider time, ILogger<DestinationHealth> logger, Random? random = null)
    {
        _options = options;
        _store = store;
        _time = time;
        _logger = logger;
        _random = random ?? Random.Shared;
        _loaded = new Lazy<Task>(LoadAsync);
    }

    public event Action<ServerName>? Recovered;

    public async ValueTask<BackOff?> FindAsync(ServerName destination, CancellationToken cancellationToken)
    {
        await LoadedAsync(cancellationToken);
        return _failing.GetValueOrDefault(destination);
    }

    public ValueTask SucceededAsync(ServerName destination, CancellationToken cancellationToken) => RecoverAsync(destination, cancellationToken);

    public ValueTask HeardFromAsync(ServerName destination, CancellationToken cancellationToken) => RecoverAsync(destination, cancellationToken);

    public async ValueTask FailedAsync(ServerName destination, DateTimeOffset begun, CancellationToken cancellationToken)
    {
        await LoadedAsync(cancellationToken);
        var now = _time.GetUtcNow();
        var failed = _failing.AddOrUpdate(
            destination,
            _ => new BackOff(now, now, Jittered(_options.FirstRetryInterval)),
            (_, known) => begun < known.LastTried ? known : known with { LastTried = now, RetryInterval = Longer(known.RetryInterval) });
        if (failed.LastTried != now)
            return;

        if (failed.FailingSince == now)
            _logger.LogInformation("{Server} fails; it is tried again in {Interval}", destination, failed.RetryInterval);
        await _store.SetFailingAsync(
            new FailingDestination(
                destination, failed.FailingSince.ToUnixTimeMilliseconds(), failed.LastTried.ToUnixTimeMilliseconds(), (long)failed.RetryInterval.TotalMilliseconds),
            cancellationToken);
        if (_failing.Count > MaxServers)
            await TrimAsync(cancellationToken);
    }

    async ValueTask RecoverAsync(ServerName destination, CancellationToken cancellationToken)
    {
        await LoadedAsync(cancellationToken);
        if (!_failing.TryRemove(destination, out var known))
            return;

        _logger.LogInformation("{Server} works again; it failed since {Since:u}", destination, known.FailingSince);
        await _store.RemoveFailingAsync([destination], cancellationToken);
        Recovered?.Invoke(destination);
    }

    async ValueTask TrimAsync(CancellationToken cancellationToken)
    {
        var oldest = _failing.OrderBy(static entry => entry.Value.LastTried).Take(MaxServers / 10).Select(static entry => entry.Key).ToList();
        foreach (var server in oldest)
            _failing.TryRemove(server, out _);
        await _store.RemoveFailingAsync(oldest, cancellationToken);
    }

    ValueTask LoadedAsync(CancellationToken cancellationToken) =>
        _loaded.Value.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(_loaded.Value.WaitAsync(cancellationToken));

    async Task LoadAsync()
    {
        foreach (var stored in await _store.ReadFailingAsync(CancellationToken.None))
        {
            _failing[stored.Server] = new BackOff(
                DateTimeOffset.FromUnixTimeMilliseconds(stored.FailingSinceTs),
                DateTimeOffset.FromUnixTimeMilliseconds(stored.LastTriedTs),
                TimeSpan.FromMilliseconds(stored.RetryIntervalMs));
        }
    }

    TimeSpan Longer(TimeSpan interval)
    {
        var longer = Jittered(interval * 2);
        return longer < _options.LongestRetryInterval ? longer : Jittered(_options.LongestRetryInterval * 0.8);
    }

    // Servers that went down together, as with their data center, are not tried together ever after.
    TimeSpan Jittered(TimeSpan interval) => interval * (0.8 + (_random.NextDouble() * 0.4));
}
