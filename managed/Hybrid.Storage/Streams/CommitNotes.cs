using Hybrid.Primitives;

namespace Hybrid.Storage.Streams;

/// <summary>
/// What an engine's one writer notes of the commit that it prepares: the stream positions that its jobs have taken, and what is to
/// happen once it is durable. A job that fails is taken out of it again. Not thread-safe.
/// </summary>
public sealed class CommitNotes
{
    readonly long[] _next = new long[StreamPositions.Count];
    readonly List<StreamNotice> _notices = [];
    readonly List<Action> _afterCommit = [];
    readonly long[] _savedNext = new long[StreamPositions.Count];
    int _savedNotices;
    int _savedAfterCommit;

    /// <summary>Takes the next position of a stream. A position whose job fails is given out again: streams have no holes.</summary>
    public long NextPosition(StreamKind stream) => ++_next[(int)stream];

    /// <summary>The last position of a stream that was taken.</summary>
    public long Position(StreamKind stream) => _next[(int)stream];

    /// <summary>Sets where a stream stands: what the store says.</summary>
    public void SetPosition(StreamKind stream, long position) => _next[(int)stream] = position;

    /// <summary>Publishes a notice after the commit.</summary>
    public void Notify(StreamNotice notice) => _notices.Add(notice);

    /// <summary>
    /// Runs an action once the commit is durable and before its notices go out: whoever is told of a position finds what is kept in
    /// memory up to date with it. Must be quick and must not throw.
    /// </summary>
    public void AfterCommit(Action action) => _afterCommit.Add(action);

    /// <summary>What is noted from here on can be reverted.</summary>
    public void BeginJob()
    {
        _next.CopyTo(_savedNext, 0);
        _savedNotices = _notices.Count;
        _savedAfterCommit = _afterCommit.Count;
    }

    /// <summary>Forgets what was noted since <see cref="BeginJob"/>.</summary>
    public void RevertJob()
    {
        _savedNext.CopyTo(_next, 0);
        _notices.RemoveRange(_savedNotices, _notices.Count - _savedNotices);
        _afterCommit.RemoveRange(_savedAfterCommit, _afterCommit.Count - _savedAfterCommit);
    }

    /// <summary>The commit is durable: runs the actions, then tells the hub.</summary>
    public void Publish(StreamHub hub)
    {
        foreach (var action in _afterCommit)
            action();
        _afterCommit.Clear();
        if (_notices.Count == 0)
            return;

        var notices = _notices.ToArray();
        _notices.Clear();
        hub.Publish(notices);
    }

    /// <summary>The commit was not made: nothing is to follow it. Positions are set anew by whoever knows them.</summary>
    public void Discard()
    {
        _notices.Clear();
        _afterCommit.Clear();
    }
}
