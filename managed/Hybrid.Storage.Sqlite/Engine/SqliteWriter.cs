using Hybrid.Primitives;
using Hybrid.Storage.Streams;

namespace Hybrid.Storage.Sqlite.Engine;

/// <summary>
/// What a write job works with: the one writing session, the next stream positions, and the notices that go out once the
/// commit that carries the job is durable.
/// </summary>
public sealed class SqliteWriter
{
    internal SqliteWriter(SqliteSession session) => Session = session;

    public SqliteSession Session { get; }

    internal CommitNotes Notes { get; } = new();

    /// <inheritdoc cref="CommitNotes.NextPosition"/>
    public long NextPosition(StreamKind stream) => Notes.NextPosition(stream);

    /// <inheritdoc cref="CommitNotes.Notify"/>
    public void Notify(StreamNotice notice) => Notes.Notify(notice);

    /// <inheritdoc cref="CommitNotes.AfterCommit"/>
    public void AfterCommit(Action action) => Notes.AfterCommit(action);
}
