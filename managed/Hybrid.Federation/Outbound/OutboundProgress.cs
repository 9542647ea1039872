using System.Collections.Concurrent;
using Hybrid.Primitives;
using Hybrid.Storage;
using Hybrid.Storage.Federation;
using Hybrid.Storage.Space;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Outbound;

/// <summary>
/// Writes down where the destinations are in the log. The position moves over what all that work have taken; what one has not got by then is noted as
/// owed to it. So an event for a thousand servers costs one row, and after a crash only what was sent in the last seconds is sent again.
/// </summary>
sealed class OutboundProgress(ConcurrentDictionary<ServerName, Destination> destinations, IOutboundStore store, TimeProvider time, ILogger logger)
    : IDisposable
{
    // Each time costs a commit, which all who write wait for.
    static readonly TimeSpan Gathering = TimeSpan.FromSeconds(1);

    // A server that takes longer for what it is sent does not hold up the position any more.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);

    readonly SemaphoreSlim _changed = new(0);
    long _taken;
    long _written;

    /// <summary>Sets from where the log is read on.</summary>
    public void Begin(long position) => _taken = _written = position;

    /// <summary>Everything up to here is with the destinations.</summary>
    public void Take(long position)
    {
        Volatile.Write(ref _taken, position);
        Changed();
    }

    /// <summary>Something is to be written down before long.</summary>
    public void Changed()
    {
        if (_changed.CurrentCount == 0)
            _changed.Release();
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _changed.WaitAsync(cancellationToken);
            await Task.Delay(Gathering, time, cancellationToken);
            if (!await WriteAsync(all: false, cancellationToken))
                Changed();
        }
    }

    /// <summary>Writes down what has changed; with <paramref name="all"/> nothing is left that only waits in memory. False when the position could not move all the way.</summary>
    public async ValueTask<bool> WriteAsync(bool all, CancellationToken cancellationToken)
    {
        // Before the destinations are asked: what comes later is not in the log up to here.
        var position = Volatile.Read(ref _taken);
        var before = time.GetTimestamp() - (long)(Patience.TotalSeconds * time.TimestampFrequency);
        var added = new List<OwedRoom>();
        var removed = new List<OwedRoom>();
        var isLevel = true;
        foreach (var (server, destination) in destinations)
        {
            if (destination.Collect(before, all, added, removed) is { } floor)
            {
                position = Math.Min(position, floor - 1);
                isLevel = false;
            }

            if (destination.TryClose())
                destinations.TryRemove(KeyValuePair.Create(server, destination));
        }

        position = Math.Max(position, _written);
        if (position == _written && added.Count == 0 && removed.Count == 0)
            return isLevel;

        _written = await InsistAsync(position, added, removed, isLast: all, cancellationToken);
        return isLevel;
    }

    public void Dispose() => _changed.Dispose();

    // The destinations count on it from the moment on that they were asked. At the end they do no more: what is not written is sent again.
    async ValueTask<long> InsistAsync(long position, List<OwedRoom> added, List<OwedRoom> removed, bool isLast, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await store.WriteAsync(position, added, removed, cancellationToken);
                return position;
            }
            catch (Exception exception) when (exception is StoreUnavailableException or StorageFullException)
            {
                logger.LogWarning("What other servers have taken cannot be written down at the moment: {Reason}", exception.Message);
                if (isLast)
                    return _written;

                await Task.Delay(RetryDelay, time, cancellationToken);
            }
        }
    }
}
