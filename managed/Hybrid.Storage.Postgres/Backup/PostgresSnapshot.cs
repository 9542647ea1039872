using System.Buffers;
using System.Data;
using Hybrid.Storage.Backup;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Postgres.Transfer;
using Hybrid.Storage.Transfer;
using Npgsql;

namespace Hybrid.Storage.Postgres.Backup;

/// <summary>The tables at one moment, in files of rows; the first row of each is the names of the columns.</summary>
sealed class PostgresSnapshot : IDatabaseSnapshot
{
    /// <summary>Its first row is the numbers of the scripts that the schema is made of, the others the last number that a table has given.</summary>
    public const string SchemaPart = "schema";

    readonly IReadOnlyList<string> _media;
    readonly IReadOnlyList<string> _files;

    PostgresSnapshot(IReadOnlyList<string> files, IReadOnlyList<string> media)
    {
        _files = files;
        _media = media;
        Parts = [.. files.Select(static file => new DatabasePart(Path.GetFileName(file), () => File.OpenRead(file)))];
    }

    public IReadOnlyList<DatabasePart> Parts { get; }

    /// <exception cref="StoreUnavailableException">The database cannot be reached or refuses the user.</exception>
    /// <exception cref="InvalidDataException">There is no database of Hybrid, or half of one.</exception>
    public static async Task<PostgresSnapshot> TakeAsync(PostgresAddress address, string folder, CancellationToken cancellationToken)
    {
        await using var connections = new PostgresConnections(address);
        try
        {
            await using var connection = await connections.OpenReaderAsync(cancellationToken);
            // One moment for all that is read here.
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            return await TakeAsync(connection, folder, cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            throw new StoreUnavailableException(PostgresErrors.Explain(exception), exception);
        }
    }

    public static Task<List<string>> ReadMediaAsync(PostgresSession session) => session.QueryAsync(
        "SELECT DISTINCT sha256 FROM media WHERE sha256 IS NOT NULL ORDER BY sha256", static row => row.Text(0));

    public ValueTask<IReadOnlyList<string>> ReadMediaAsync(CancellationToken cancellationToken) => new(_media);

    public ValueTask DisposeAsync()
    {
        foreach (var file in _files)
            File.Delete(file);
        return default;
    }

    static async Task<PostgresSnapshot> TakeAsync(NpgsqlConnection connection, string folder, CancellationToken cancellationToken)
    {
        var session = new PostgresSession(connection, cancellationToken);
        if (!await PostgresMigrations.IsMarkedAsync(session))
            throw new InvalidDataException("there is no database of Hybrid");
        await TransferState.RefuseUnfinishedAsync(session);

        var tables = new PostgresTables(connection);
        var files = new List<string>();
        var schema = new List<object?[]>
        {
            (await session.QueryAsync("SELECT number FROM migrations ORDER BY number", static row => (object?)row.Integer(0))).ToArray(),
        };
        foreach (var table in await tables.ReadShapesAsync(cancellationToken))
        {
            IEnumerable<object?[]> names = [[.. table.Columns.Select(static column => column.Name)]];
            await WriteAsync(table.Name, names.ToAsyncEnumerable().Concat(tables.ReadAsync(table, null, cancellationToken)));
            if (await tables.ReadLastNumberAsync(table.Name, cancellationToken) is { } last)
                schema.Add([table.Name, last]);
        }

        await WriteAsync(SchemaPart, schema.ToAsyncEnumerable());
        return new PostgresSnapshot(files, await ReadMediaAsync(session));

        async Task WriteAsync(string name, IAsyncEnumerable<object?[]> rows)
        {
            var path = Path.Combine(folder, name);
            files.Add(path);
            var buffer = new ArrayBufferWriter<byte>();
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
            await foreach (var row in rows)
                RowFile.Write(file, row, buffer);
        }
    }
}
