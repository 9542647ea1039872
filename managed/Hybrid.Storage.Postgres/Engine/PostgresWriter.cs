using Hybrid.Primitives;
using Hybrid.Storage.Streams;

namespace Hybrid.Storage.Postgres.Engine;

/// <summary>
/// What a write job works with: the one writing session, the next stream positions, and the notices that go out once the
/// commit that carries the job is durable. A job may be run more than once, if the commit that it shared failed for another's sake.
/// </summary>
public sealed class PostgresWriter
{
    readonly bool _givesPositions;

    internal PostgresWriter(bool givesPositions) => _givesPositions = givesPositions;

    public PostgresSession Session { get; internal set; } = null!;

    internal CommitNotes Notes { get; } = new();

    /// <inheritdoc cref="CommitNotes.NextPosition"/>
    public long NextPosition(StreamKind stream) => _givesPositions
        ? Notes.NextPosition(stream)
        : throw new InvalidOperationException("Only the server gives out stream positions.");

    /// <inheritdoc cref="CommitNotes.Notify"/>
    public void Notify(StreamNotice notice) => Notes.Notify(notice);

    /// <inheritdoc cref="CommitNotes.AfterCommit"/>
    public void AfterCommit(Action action) => Notes.AfterCommit(action);
}
