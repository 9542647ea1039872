using Hybrid.Primitives;
using Hybrid.Storage.Streams;

namespace Hybrid.Storage.Postgres.Engine;

/// <summary>
/// What a write job works with: the one writing session, the next stream positions, and the notices that go out once the
/// commit that carries the job is durable. A job may be run more than once, if the commit that it shared failed for another's sake.
/// </summary>
public sealed class PostgresWriter
{
    readonly long[] _next = new long[StreamPositions.Count];
    readonly List<StreamNotice> _notices = [];
    readonly List<Action> _afterCommit = [];
    readonly long[] _savedNext = new long[StreamPositions.Count];
    readonly bool _givesPositions;
    int _savedNotices;
    int _savedAfterCommit;

    internal PostgresWriter(bool givesPositions) => _givesPositions = givesPositions;

    public PostgresSession Session { get; internal set; } = null!;

    internal bool HasNotices => _notices.Count > 0;

    /// <summary>Takes the next position of a stream. A position whose job fails is given out again: streams have no holes.</summary>
    public long NextPosition(StreamKind stream) => _givesPositions
        ? ++_next[(int)stream]
        : throw new InvalidOperationException("Only the server gives out stream positions.");

    /// <summary>Publishes <paramref name="notice"/> after the commit.</summary>
    public void Notify(StreamNotice notice) => _notices.Add(notice);

    /// <summary>
    /// Runs <paramref name="action"/> once the commit is durable and before its notices go out: whoever is told of a position
    /// finds what is kept in memory up to date with it. Must be quick and must not throw.
    /// </summary>
    public void AfterCommit(Action action) => _afterCommit.Add(action);

    internal void SetPosition(StreamKind stream, long position) => _next[(int)stream] = position;

    internal long Position(StreamKind stream) => _next[(int)stream];

    internal void BeginJob()
    {
        _next.CopyTo(_savedNext, 0);
        _savedNotices = _notices.Count;
        _savedAfterCommit = _afterCommit.Count;
    }

    internal void RevertJob()
    {
        _savedNext.CopyTo(_next, 0);
        _notices.RemoveRange(_savedNotices, _notices.Count - _savedNotices);
        _afterCommit.RemoveRange(_savedAfterCommit, _afterCommit.Count - _savedAfterCommit);
    }

    internal void RunAfterCommit()
    {
        foreach (var action in _afterCommit)
            action();
        _afterCommit.Clear();
    }

    internal StreamNotice[] TakeNotices()
    {
        var taken = _notices.ToArray();
        _notices.Clear();
        return taken;
    }

    internal void Discard()
    {
        _notices.Clear();
        _afterCommit.Clear();
    }
}
