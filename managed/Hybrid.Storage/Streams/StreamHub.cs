using Hybrid.Primitives;

namespace Hybrid.Storage.Streams;

/// <summary>
/// How far every stream can be read, and who wants to know. A store publishes after its commit, in commit order, so a reader
/// that sees a position can read everything up to it.
/// </summary>
public sealed class StreamHub
{
    readonly long[] _positions = new long[StreamPositions.Count];
    readonly Lock _lock = new();
    Action<ReadOnlyMemory<StreamNotice>>[] _subscribers = [];

    /// <summary>The last position that can be read.</summary>
    public long Current(StreamKind stream) => Volatile.Read(ref _positions[(int)stream]);

    /// <summary>The last positions of all streams.</summary>
    public StreamPositions Snapshot() => new(
        Current(StreamKind.Events), Current(StreamKind.ToDevice), Current(StreamKind.AccountData), Current(StreamKind.Receipts),
        Current(StreamKind.DeviceLists), Current(StreamKind.Typing), Current(StreamKind.Presence));

    /// <summary>Sets where a stream starts when its store opens; nobody is told.</summary>
    public void Initialize(StreamKind stream, long position) => Volatile.Write(ref _positions[(int)stream], position);

    /// <summary>Raises the positions, then tells every subscriber. Subscribers must be quick and must not throw.</summary>
    public void Publish(ReadOnlyMemory<StreamNotice> notices)
    {
        Action<ReadOnlyMemory<StreamNotice>>[] subscribers;
        lock (_lock)
        {
            foreach (ref readonly var notice in notices.Span)
            {
                ref var position = ref _positions[(int)notice.Stream];
                if (notice.Position > position)
                    Volatile.Write(ref position, notice.Position);
            }

            subscribers = _subscribers;
        }

        foreach (var subscriber in subscribers)
            subscriber(notices);
    }

    /// <summary>Calls <paramref name="subscriber"/> after every publication, on the publisher's thread, until disposed.</summary>
    public IDisposable Subscribe(Action<ReadOnlyMemory<StreamNotice>> subscriber)
    {
        lock (_lock)
            _subscribers = [.. _subscribers, subscriber];
        return new Subscription(this, subscriber);
    }

    sealed class Subscription(StreamHub hub, Action<ReadOnlyMemory<StreamNotice>> subscriber) : IDisposable
    {
        public void Dispose()
        {
            lock (hub._lock)
                hub._subscribers = [.. hub._subscribers.Where(candidate => candidate != subscriber)];
        }
    }
}
