using System.Collections.Concurrent;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.State;
using Hybrid.Storage.Federation;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Outbound;

/// <summary>
/// Sends events and EDUs to other servers (server-server API, "Transactions"). Each server for which something waits has a worker of its own, which goes
/// when nothing does. Events come from <see cref="OutboundEvents"/>, EDUs from the <see cref="IEduSource"/>s; when to try a server that failed is for
/// <see cref="IDestinationHealth"/> to say.
/// </summary>
public sealed class FederationSender : BackgroundService
{
    const int PageSize = 500;

    // At the start those with something waiting are taken up one after the other, not all in one moment.
    static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(20);

    readonly ConcurrentDictionary<ServerName, Destination> _destinations = new();
    readonly TransactionComposer _composer;
    readonly DestinationWorker _worker;
    readonly RetrySchedule _retries;
    readonly OutboundProgress _progress;
    readonly IDestinationHealth _health;
    readonly IOutboundStore _store;
    readonly StreamHub _hub;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly ServerName _local;
    readonly List<Action> _unsubscribe = [];
    readonly CancellationTokenSource _stopping = new();
    readonly SemaphoreSlim _loading = new(1);
    readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _running = 1;
    int _taken;
    bool _isLoaded;

    public FederationSender(
        IFederationClient client, IDestinationHealth health, IEnumerable<IEduSource> sources, IDestinationRooms destinationRooms, RoomRegistry rooms,
        RoomStates states, IRoomStore log, IOutboundStore store, ServerIdentity identity, StreamHub hub, TimeProvider time, ILogger<FederationSender> logger, Random? random = null)
    {
        _composer = new TransactionComposer(sources, new CatchUp(rooms, states, destinationRooms, log, identity), log, identity, time);
        _worker = new DestinationWorker(_composer, client, health, time, random ?? Random.Shared, logger);
        _retries = new RetrySchedule(Wake, time);
        _progress = new OutboundProgress(_destinations, store, time, logger);
        _health = health;
        _store = store;
        _hub = hub;
        _time = time;
        _logger = logger;
        _local = identity.Name;
    }

    /// <summary>How many servers something waits for, or is owed to.</summary>
    public int DestinationCount => _destinations.Count;

    /// <summary>Sends events to the servers that they are for.</summary>
    internal void Send(IReadOnlyList<(StoredEvent Event, IReadOnlyCollection<ServerName> Servers)> events, long position)
    {
        var now = _time.GetTimestamp();
        var woken = new HashSet<Destination>();
        foreach (var (stored, servers) in events)
        {
            var outgoing = new OutgoingEvent(stored, now);
            foreach (var server in servers)
            {
                if (server != _local)
                    woken.Add(Add(server, destination => destination.TryAdd(outgoing)));
            }
        }

        _progress.Take(position);
        foreach (var destination in woken)
            Wake(destination);
    }

    /// <summary>Takes up what the store says is owed; where the log is to be read on.</summary>
    internal async ValueTask<long> LoadAsync(CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken);
        try
        {
            if (await _store.ReadPositionAsync(cancellationToken) is not { } position)
            {
                // Written down at once: from here on nothing may be lost.
                position = _hub.Current(StreamKind.Events);
                await _store.WriteAsync(position, [], [], cancellationToken);
            }

            if (!_isLoaded)
            {
                await RestoreAsync(cancellationToken);
                _progress.Begin(position);
                _isLoaded = true;
            }

            return position;
        }
        finally
        {
            _loading.Release();
        }
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        Subscribe();
        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _stopping.CancelAsync();
        foreach (var unsubscribe in _unsubscribe)
            unsubscribe();
        if (Interlocked.Decrement(ref _running) == 0)
            _idle.TrySetResult();
        await _idle.Task.WaitAsync(cancellationToken);
        if (_isLoaded)
            await _progress.WriteAsync(all: true, cancellationToken);
    }

    public override void Dispose()
    {
        base.Dispose();
        _retries.Dispose();
        _progress.Dispose();
        _loading.Dispose();
        _stopping.Dispose();
        _worker.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await TakeUpSourcesAsync(stoppingToken);
            await _progress.RunAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is not written down yet is written down by the stop.
        }
    }

    void Subscribe()
    {
        _health.Recovered += Recovered;
        _unsubscribe.Add(() => _health.Recovered -= Recovered);
        for (var i = 0; i < _composer.Sources.Count; i++)
        {
            var source = i;
            void OnWaiting(ServerName server) => AddEdus(server, source);
            _composer.Sources[source].Waiting += OnWaiting;
            _unsubscribe.Add(() => _composer.Sources[source].Waiting -= OnWaiting);
        }
    }

    void AddEdus(ServerName server, int source)
    {
        if (server == _local)
            return;

        // Nothing volatile is kept for a server that does not answer.
        if (!_composer.Sources[source].IsDurable && _destinations.TryGetValue(server, out var known) && known.IsFailing)
            _composer.Sources[source].GiveUp(server);
        else
            Wake(Add(server, destination => destination.TryAddEdus(source)));
    }

    void Recovered(ServerName server)
    {
        if (!_destinations.TryGetValue(server, out var destination))
            return;

        destination.Forgive();
        Wake(destination);
    }

    async ValueTask RestoreAsync(CancellationToken cancellationToken)
    {
        OwedRoom? last = null;
        Destination? destination = null;
        while (await _store.ReadOwedAsync(last, PageSize, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var owed in page)
            {
                var isFirst = owed.Server != last?.Server;
                destination = Add(owed.Server, candidate => candidate.TryRestore(owed));
                if (isFirst)
                    TakeUp(destination);
                last = owed;
            }
        }
    }

    async ValueTask TakeUpSourcesAsync(CancellationToken cancellationToken)
    {
        for (var source = 0; source < _composer.Sources.Count; source++)
        {
            ServerName? last = null;
            while (await _composer.Sources[source].ReadWaitingAsync(last, PageSize, cancellationToken) is { Count: > 0 } page)
            {
                foreach (var server in page)
                {
                    last = server;
                    if (server != _local)
                        TakeUp(Add(server, destination => destination.TryAddEdus(source)));
                }
            }
        }
    }

    void TakeUp(Destination destination)
    {
        var due = _time.GetUtcNow() + (Spacing * Interlocked.Increment(ref _taken));
        destination.Delay(due);
        _retries.Add(destination, due);
    }

    Destination Add(ServerName server, Func<Destination, bool> add)
    {
        while (true)
        {
            var destination = _destinations.GetOrAdd(server, static name => new Destination(name));
            if (add(destination))
                return destination;

            _destinations.TryRemove(KeyValuePair.Create(server, destination));
        }
    }

    void Wake(Destination destination)
    {
        if (_stopping.IsCancellationRequested || !destination.TryStart(_time.GetUtcNow()))
            return;

        Interlocked.Increment(ref _running);
        _ = RunAsync(destination);
    }

    async Task RunAsync(Destination destination)
    {
        // Who wakes it does not wait for it.
        await Task.Yield();
        try
        {
            if (await _worker.RunAsync(destination, _progress.Changed, _stopping.Token) is { } retryAt)
                _retries.Add(destination, retryAt);
            else
                Forget(destination);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // What was under way is sent again after the start.
        }
#pragma warning disable CA1031 // A worker that ends badly must not leave its destination without one for good.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _logger.LogError(exception, "Sending to {Server} failed", destination.Name);
        }
        finally
        {
            if (Interlocked.Decrement(ref _running) == 0)
                _idle.TrySetResult();
        }
    }

    void Forget(Destination destination)
    {
        if (destination.TryClose())
            _destinations.TryRemove(KeyValuePair.Create(destination.Name, destination));
        else
            _progress.Changed();
    }
}
