using Hybrid.Primitives;
using Hybrid.Storage.Streams;

namespace Hybrid.Storage.Sqlite.Engine;

/// <summary>
/// What a write job works with: the one writing session, the next stream positions, and the notices that go out once the
/// commit that carries the job is durable.
/// </summary>
public sealed class SqliteWriter
{
    readonly long[] _next = new long[StreamPositions.Count];
    readonly List<StreamNotice> _notices = [];
    readonly long[] _savedNext = new long[StreamPositions.Count];
    int _savedNotices;

    internal SqliteWriter(SqliteSession session) => Session = session;

    public SqliteSession Session { get; }

    internal bool HasNotices => _notices.Count > 0;

    /// <summary>Takes the next position of a stream. A position whose job fails is given out again: streams have no holes.</summary>
    public long NextPosition(StreamKind stream) => ++_next[(int)stream];

    /// <summary>Publishes <paramref name="notice"/> after the commit.</summary>
    public void Notify(StreamNotice notice) => _notices.Add(notice);

    internal void SetPosition(StreamKind stream, long position) => _next[(int)stream] = position;

    internal long Position(StreamKind stream) => _next[(int)stream];

    internal void BeginJob()
    {
        _next.CopyTo(_savedNext, 0);
        _savedNotices = _notices.Count;
    }

    internal void RevertJob()
    {
        _savedNext.CopyTo(_next, 0);
        _notices.RemoveRange(_savedNotices, _notices.Count - _savedNotices);
    }

    internal StreamNotice[] TakeNotices()
    {
        var taken = _notices.ToArray();
        _notices.Clear();
        return taken;
    }
}
