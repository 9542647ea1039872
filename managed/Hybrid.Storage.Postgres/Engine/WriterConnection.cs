using System.Globalization;
using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Transfer;
using Npgsql;

namespace Hybrid.Storage.Postgres.Engine;

/// <summary>What became of the commit during which the connection was lost.</summary>
enum LastCommit
{
    /// <summary>It was not made, or was not even tried.</summary>
    NotMade,
    Made,

    /// <summary>A command beside the server leaves no mark.</summary>
    Unknown,
}

/// <summary>
/// The connection that writes, and the stream positions as the database has them. It holds the lock of the one writer for as long
/// as it lives: the database gives it up only when the session and its transaction have ended, so whoever gets it knows that
/// nothing of the session before is still to come.
/// <para>
/// A connection can be lost after COMMIT was sent and before the answer came. Whether that commit was made is then told by the
/// mark that each commit of a server leaves.
/// </para>
/// </summary>
sealed class WriterConnection : IAsyncDisposable
{
    const string StoreSql = """
        INSERT INTO stream_positions (kind, position) SELECT * FROM unnest($1, $2)
        ON CONFLICT (kind) DO UPDATE SET position = excluded.position
        """;

    const string MarkSql = "INSERT INTO last_commit (id, mark) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET mark = excluded.mark";

    readonly PostgresConnections _connections;
    readonly bool _exclusive;
    readonly string _name = Guid.NewGuid().ToString("N");
    readonly long[] _stored = new long[StreamPositions.Count];
    string? _mark;
    string? _undecided;
    long _commits;
    NpgsqlConnection _connection;

    WriterConnection(PostgresConnections connections, bool exclusive, NpgsqlConnection connection)
    {
        _connections = connections;
        _exclusive = exclusive;
        _connection = connection;
    }

    public PostgresAddress Address => _connections.Address;

    public bool IsLost => _connection.State != System.Data.ConnectionState.Open;

    /// <summary>Whether it is not known if the last commit was made.</summary>
    public bool IsUndecided => _undecided is not null;

    /// <summary>Opens the database for writing and brings its schema up to date.</summary>
    public static async Task<WriterConnection> OpenAsync(
        PostgresConnections connections, PostgresWriter writer, bool exclusive, CancellationToken cancellationToken)
    {
        var connection = await connections.OpenWriterAsync(exclusive, cancellationToken);
        var opened = new WriterConnection(connections, exclusive, connection);
        try
        {
            await PostgresConnections.MigrateAsync(connection, cancellationToken);
            writer.Session = new PostgresSession(connection, CancellationToken.None);
            await TransferState.RefuseUnfinishedAsync(writer.Session);
            await opened.ReadStoredAsync(writer.Session);
            return opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>The last position of a stream that the database has.</summary>
    public long Stored(StreamKind kind) => _stored[(int)kind];

    /// <summary>Commits with the positions that were taken.</summary>
    public async Task CommitAsync(PostgresWriter writer)
    {
        var taken = new long[StreamPositions.Count];
        for (var i = 0; i < taken.Length; i++)
            taken[i] = writer.Notes.Position((StreamKind)i);
        var changed = Enumerable.Range(0, taken.Length).Where(i => taken[i] != _stored[i]).ToArray();

        var session = writer.Session;
        if (session.TryTakeBack("BEGIN"))
            return;
        if (changed.Length > 0)
            session.Defer(StoreSql, Sql.Integers(changed.Select(static i => (long)i)), Sql.Integers(changed.Select(i => taken[i])));
        var mark = string.Create(CultureInfo.InvariantCulture, $"{_name} {++_commits}");
        if (_exclusive)
            session.Defer(MarkSql, mark);
        session.Defer("COMMIT");
        try
        {
            await session.FlushAsync();
        }
        catch when (IsLost)
        {
            _undecided = mark;
            throw;
        }

        _mark = mark;
        taken.CopyTo(_stored, 0);
    }

    /// <summary>Undoes the transaction, with the positions that were taken.</summary>
    public async Task RollbackAsync(PostgresWriter writer)
    {
        var session = writer.Session;
        session.DropDeferred();
        ResetPositions(writer);
        writer.Notes.Discard();
        if (IsLost)
            return;

        try
        {
            await session.ExecuteAsync("ROLLBACK");
        }
        catch (NpgsqlException)
        {
            // A connection that cannot even do that is of no use any more.
            await _connection.CloseAsync();
        }
    }

    /// <summary>Opens the connection again, and finds out what became of a commit that was undecided.</summary>
    /// <exception cref="InvalidDataException">Someone else wrote to the database meanwhile: what is in memory is of no use any more.</exception>
    public async Task<LastCommit> ReconnectAsync(PostgresWriter writer, CancellationToken cancellationToken)
    {
        await _connection.DisposeAsync();
        _connection = await _connections.OpenWriterAsync(_exclusive, cancellationToken);
        _connections.ForgetReaders();
        var session = new PostgresSession(_connection, CancellationToken.None);
        var before = _mark;
        await ReadStoredAsync(session);
        var last = !_exclusive ? LastCommit.Unknown : _mark == _undecided && _mark is not null ? LastCommit.Made : LastCommit.NotMade;
        if (last == LastCommit.NotMade && _mark != before)
        {
            _mark = before;
            await _connection.CloseAsync();
            throw new InvalidDataException("Another server has written to the database since the connection was lost. Restart this one.");
        }

        _undecided = null;
        writer.Session = session;
        ResetPositions(writer);
        return last;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    void ResetPositions(PostgresWriter writer)
    {
        for (var i = 0; i < _stored.Length; i++)
            writer.Notes.SetPosition((StreamKind)i, _stored[i]);
    }

    async Task ReadStoredAsync(PostgresSession session)
    {
        foreach (var (kind, position) in await session.QueryAsync(
            "SELECT kind, position FROM stream_positions", static row => (row.Integer(0), row.Integer(1))))
        {
            _stored[kind] = position;
        }

        _mark = await session.QueryTextAsync("SELECT mark FROM last_commit");
    }
}
