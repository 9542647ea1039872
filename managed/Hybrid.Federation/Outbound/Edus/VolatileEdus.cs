using System.Threading.Channels;
using Hybrid.Primitives;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Outbound.Edus;

/// <summary>
/// A source of EDUs that are only in memory: it follows what happens here, one thing after the other, looks at what is to be said anew from time to time,
/// and keeps the latest for each server until it is sent. What goes wrong is missed: it says itself again, or ends by itself at the other end.
/// </summary>
/// <typeparam name="TNotice">What happened.</typeparam>
/// <typeparam name="TKey">What takes the place of what waits under the same key.</typeparam>
/// <typeparam name="TValue">What waits for a server.</typeparam>
public abstract class VolatileEdus<TNotice, TKey, TValue> : BackgroundService, IEduSource
    where TNotice : struct
    where TKey : notnull
{
    const int MaxNotices = 10_000;

    readonly LatestPerServer<TKey, TValue> _waiting;

    // Null stands for a look.
    readonly Channel<TNotice?> _happened = Channel.CreateBounded<TNotice?>(
        new BoundedChannelOptions(MaxNotices) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });

    readonly StreamHub _hub;
    readonly TimeSpan _lookEvery;
    readonly ILogger _logger;
    IDisposable? _following;

    /// <param name="lifetime">How long something waits for a server at most.</param>
    /// <param name="lookEvery">How often <see cref="LookAsync"/> is called.</param>
    /// <param name="hub">Says what happens.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For what goes wrong.</param>
    protected VolatileEdus(TimeSpan lifetime, TimeSpan lookEvery, StreamHub hub, TimeProvider time, ILogger logger)
    {
        _waiting = new LatestPerServer<TKey, TValue>(lifetime, time);
        (_lookEvery, _hub, _logger, Time) = (lookEvery, hub, logger, time);
    }

    public event Action<ServerName>? Waiting;

    public abstract EduUrgency Urgency { get; }

    public bool IsDurable => false;

    /// <summary>What this says, for logs.</summary>
    protected abstract string Subject { get; }

    protected TimeProvider Time { get; }

    public ValueTask<EduBatch> ReadAsync(ServerName destination, int limit, CancellationToken cancellationToken) => new(Pack(_waiting.Read(destination), limit));

    public ValueTask AcknowledgeAsync(ServerName destination, EduBatch batch, CancellationToken cancellationToken)
    {
        _waiting.Acknowledge(destination, batch.Cursor);
        return ValueTask.CompletedTask;
    }

    public void GiveUp(ServerName destination) => _waiting.GiveUp(destination);

    public ValueTask<IReadOnlyList<ServerName>> ReadWaitingAsync(ServerName? after, int limit, CancellationToken cancellationToken) => new([]);

    // Before anything else runs: what happens from now on is not missed.
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _following = _hub.Subscribe(Follow);
        return base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _following?.Dispose();
        base.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>What a notice of the hub says that is to be told; null: nothing.</summary>
    protected abstract TNotice? Read(in StreamNotice notice);

    /// <summary>Something happened. Called by one at a time, as is <see cref="LookAsync"/>.</summary>
    protected abstract ValueTask TakeAsync(TNotice notice, CancellationToken cancellationToken);

    /// <summary>It is time to look at what is to be said anew.</summary>
    protected abstract ValueTask LookAsync(CancellationToken cancellationToken);

    /// <summary>Makes EDUs of the oldest that waits, each with its place, at most <paramref name="limit"/>; the cursor is the place of the last that is in them.</summary>
    protected abstract EduBatch Pack(IReadOnlyList<(long Place, TValue Value)> waiting, int limit);

    /// <summary>Has something wait for a server, in place of what waits under the same key; <see cref="Announce"/> says so.</summary>
    protected void Put(ServerName server, TKey key, TValue value) => _waiting.Put(server, key, value);

    /// <summary>Something waits for a server.</summary>
    protected void Announce(ServerName server) => Waiting?.Invoke(server);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var look = Time.CreateTimer(_ => _happened.Writer.TryWrite(null), null, _lookEvery, _lookEvery);
        try
        {
            await foreach (var notice in _happened.Reader.ReadAllAsync(stoppingToken))
                await TakeOrLookAsync(notice, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What waits is forgotten with all else that is in memory.
        }
    }

    void Follow(ReadOnlyMemory<StreamNotice> notices)
    {
        foreach (ref readonly var notice in notices.Span)
        {
            if (Read(notice) is { } happened)
                _happened.Writer.TryWrite(happened);
        }
    }

    async ValueTask TakeOrLookAsync(TNotice? notice, CancellationToken cancellationToken)
    {
        try
        {
            if (notice is { } happened)
                await TakeAsync(happened, cancellationToken);
            else
                await LookAsync(cancellationToken);
        }
#pragma warning disable CA1031 // Whatever it is, it must not end this for good.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            _logger.LogWarning("{Subject} cannot be told other servers at the moment: {Reason}", Subject, exception.Message);
        }
    }
}
