using Hybrid.Primitives;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Hybrid.Storage.Postgres.Engine;

/// <summary>
/// A PostgreSQL database: one writer with group commit (<see cref="GroupCommit"/>), and a pool of reading sessions that never wait
/// for it.
/// </summary>
public sealed class PostgresDatabase : IAsyncDisposable, IDisposable
{
    readonly PostgresConnections _connections;
    readonly GroupCommit _commits;
    bool _disposed;

    PostgresDatabase(PostgresConnections connections, GroupCommit commits)
    {
        _connections = connections;
        _commits = commits;
    }

    /// <summary>Opens the database and brings its schema up to date.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="hub">Where commits are published.</param>
    /// <param name="logger">Hears of lost connections.</param>
    /// <param name="besideServer">Whether this is a command that runs beside the server: it takes no stream positions, and not the lock that only one server can have.</param>
    /// <exception cref="StoreUnavailableException">The database cannot be reached or refuses the user.</exception>
    /// <exception cref="InvalidDataException">It belongs to another program or a newer version, or another server is using it.</exception>
    public static async Task<PostgresDatabase> OpenAsync(
        PostgresAddress address, StreamHub hub, ILogger? logger = null, bool besideServer = false)
    {
        var connections = new PostgresConnections(address);
        try
        {
            var writer = new PostgresWriter(givesPositions: !besideServer);
            var connection = await WriterConnection.OpenAsync(connections, writer, exclusive: !besideServer, CancellationToken.None);
            return new PostgresDatabase(connections, GroupCommit.Start(connection, writer, hub, logger ?? NullLogger.Instance));
        }
        catch (Exception exception)
        {
            await connections.DisposeAsync();
            if (exception is NpgsqlException npgsql)
                throw new StoreUnavailableException(PostgresErrors.Explain(npgsql), npgsql);
            throw;
        }
    }

    /// <summary>As <see cref="OpenAsync"/>, for containers, which make their services synchronously.</summary>
    public static PostgresDatabase Open(PostgresAddress address, StreamHub hub, ILogger? logger = null, bool besideServer = false) =>
        Task.Run(() => OpenAsync(address, hub, logger, besideServer)).GetAwaiter().GetResult();

    /// <summary>Runs <paramref name="work"/> on the writer; completes when it is durable. An exception of the work undoes it alone.</summary>
    public async ValueTask<T> WriteAsync<T>(Func<PostgresWriter, Task<T>> work, CancellationToken cancellationToken) =>
        await _commits.EnqueueAsync(work, cancellationToken);

    /// <inheritdoc cref="WriteAsync{T}"/>
    public async ValueTask WriteAsync(Func<PostgresWriter, Task> work, CancellationToken cancellationToken) =>
        await _commits.EnqueueAsync(
            async writer =>
            {
                await work(writer);
                return true;
            },
            cancellationToken);

    /// <summary>Runs one statement on the writer; how many rows it changed.</summary>
    public async ValueTask<int> ExecuteAsync(string sql, object?[] parameters, CancellationToken cancellationToken) =>
        await _commits.EnqueueAsync(writer => writer.Session.ExecuteAsync(sql, parameters), cancellationToken);

    /// <summary>Runs a query on a reading session; what it sees is one consistent commit per statement.</summary>
    /// <exception cref="StoreUnavailableException">The database cannot be reached.</exception>
    public async ValueTask<T> ReadAsync<T>(Func<PostgresSession, Task<T>> query, CancellationToken cancellationToken)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                await using var connection = await _connections.OpenReaderAsync(cancellationToken);
                return await query(new PostgresSession(connection, cancellationToken));
            }
            catch (NpgsqlException exception)
            {
                // The pool cannot know that a connection died while it was idle. A second one that fails means that all do.
                if (!isFirst || !PostgresErrors.IsConnectionLoss(exception))
                    throw PostgresErrors.Translate(exception);
                _connections.ForgetReaders();
            }
        }
    }

    /// <summary>Writes <paramref name="item"/> together with others that wait.</summary>
    internal Task WriteTogetherAsync<TItem>(ISharedWork<TItem> work, TItem item, CancellationToken cancellationToken) =>
        _commits.EnqueueAsync(work, item, cancellationToken);

    /// <summary>Throws while it is not known whether the last commit was made, or writing is not possible for another reason.</summary>
    internal void ThrowIfUnavailable()
    {
        if (_commits.Unavailable is { } unavailable)
            throw new StoreUnavailableException(unavailable.Message, unavailable.InnerException);
    }

    /// <summary>Whether readers have been told of a position of a stream.</summary>
    internal bool IsPublished(StreamKind stream, long position) => _commits.Published(stream) >= position;

    /// <summary>Ends the writer after its queue is worked off, and closes every session.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;

        _disposed = true;
        await _commits.DisposeAsync();
        await _connections.DisposeAsync();
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose() => Task.Run(async () => await DisposeAsync()).GetAwaiter().GetResult();
}
