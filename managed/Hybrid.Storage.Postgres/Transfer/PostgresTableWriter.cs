using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Transfer;
using Npgsql;
using NpgsqlTypes;

namespace Hybrid.Storage.Postgres.Transfer;

/// <summary>Fills a PostgreSQL database through binary COPY. It holds the lock of the one server.</summary>
public sealed class PostgresTableWriter : ITableWriter
{
    const string MarkSql = $"""
        INSERT INTO {TransferTables.Progress} (table_name, origin, rows, last_key, complete) VALUES ($1, '', $2, $3, false)
        ON CONFLICT (table_name) DO UPDATE SET rows = excluded.rows, last_key = excluded.last_key
        """;

    readonly PostgresConnections _connections;
    readonly NpgsqlConnection _connection;
    readonly PostgresTables _tables;
    readonly PostgresSession _session;

    PostgresTableWriter(PostgresConnections connections, NpgsqlConnection connection)
    {
        _connections = connections;
        _connection = connection;
        _tables = new PostgresTables(connection);
        _session = new PostgresSession(connection, CancellationToken.None);
    }

    /// <summary>Opens the database and gives it the schema.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <param name="scripts">The numbers of the scripts that make the schema; null for all.</param>
    /// <exception cref="StoreUnavailableException">The database cannot be reached or refuses the user.</exception>
    /// <exception cref="InvalidDataException">It belongs to another program or a newer version, or a server is using it.</exception>
    public static async Task<PostgresTableWriter> OpenAsync(PostgresAddress address, CancellationToken cancellationToken, IReadOnlySet<long>? scripts = null)
    {
        var connections = new PostgresConnections(address);
        NpgsqlConnection? connection = null;
        try
        {
            connection = await connections.OpenWriterAsync(exclusive: true, cancellationToken);
            await PostgresConnections.MigrateAsync(connection, cancellationToken, scripts);
            return new PostgresTableWriter(connections, connection);
        }
        catch (Exception exception)
        {
            if (connection is not null)
                await connection.DisposeAsync();
            await connections.DisposeAsync();
            if (exception is NpgsqlException npgsql)
                throw new StoreUnavailableException(PostgresErrors.Explain(npgsql), npgsql);
            throw;
        }
    }

    public async ValueTask<IReadOnlyList<TableShape>> ReadShapesAsync(CancellationToken cancellationToken) => await _tables.ReadShapesAsync(cancellationToken);

    public async ValueTask<long> CountAsync(string table, CancellationToken cancellationToken) => await _tables.CountAsync(table, cancellationToken);

    public async ValueTask<IReadOnlyList<string>> ReadWritingOrderAsync(CancellationToken cancellationToken) =>
        await _tables.ReadWritingOrderAsync(cancellationToken);

    public IAsyncEnumerable<object?[]> ReadAsync(TableShape table, object?[]? after, CancellationToken cancellationToken) =>
        _tables.ReadAsync(table, after, cancellationToken);

    public async ValueTask<bool> HoldsOnlyDefaultsAsync(string table, string column, CancellationToken cancellationToken)
    {
        await using var query = _tables.Command($"""
            SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
            WHERE d.adrelid = '{PostgresTables.Quote(table)}'::regclass AND a.attname = '{column}'
            """);
        var value = await query.ExecuteScalarAsync(cancellationToken) as string ?? "NULL";
        await using var other = _tables.Command(
            $"SELECT 1 FROM {PostgresTables.Quote(table)} WHERE {PostgresTables.Quote(column)} IS DISTINCT FROM ({value}) LIMIT 1");
        return await other.ExecuteScalarAsync(cancellationToken) is null;
    }

    public async ValueTask<long?> ReadLastNumberAsync(string table, CancellationToken cancellationToken) =>
        await _tables.ReadLastNumberAsync(table, cancellationToken);

    public async ValueTask<IReadOnlyDictionary<string, TransferMark>> BeginAsync(
        string origin, IReadOnlyList<TableShape> tables, CancellationToken cancellationToken)
    {
        if (await _session.QueryTextAsync($"SELECT to_regclass('{TransferTables.Progress}')::text") is null)
        {
            foreach (var table in tables)
            {
                if (await _session.AnyAsync($"SELECT 1 FROM {PostgresTables.Quote(table.Name)} LIMIT 1"))
                    throw new InvalidDataException($"the database is not empty: there are rows in the table {table.Name}");
            }

            await _session.ExecuteAsync("BEGIN");
            await _session.ExecuteAsync(TransferState.CreateSql);
            // What a server left there would keep the reader of the log from starting over.
            await _session.ExecuteAsync("TRUNCATE user_directory, user_directory_words, user_directory_rooms, user_directory_position");
            await _session.ExecuteAsync($"INSERT INTO {TransferTables.Progress} (table_name, origin, rows, complete) VALUES ('', $1, 0, false)", origin);
            await _session.ExecuteAsync("COMMIT");
        }

        if (await _session.AnyAsync($"SELECT 1 FROM {TransferTables.Progress} WHERE table_name = '' AND complete"))
            throw new InvalidDataException("the database is not empty: a server was moved there already");
        if (!await _session.AnyAsync($"SELECT 1 FROM {TransferTables.Progress} WHERE table_name = '' AND origin = $1", origin))
            throw new InvalidDataException("the database holds a part of another server, or of this one before it ran again: empty it and start over");
        return (await _session.QueryAsync(
                $"SELECT table_name, rows, last_key FROM {TransferTables.Progress} WHERE table_name <> ''",
                static row => (Table: row.Text(0), Mark: new TransferMark(row.Integer(1), row.Bytes(2)))))
            .ToDictionary(static row => row.Table, static row => row.Mark, StringComparer.Ordinal);
    }

    public async ValueTask WriteAsync(TableShape table, IReadOnlyList<object?[]> rows, TransferMark mark, CancellationToken cancellationToken)
    {
        await using var transaction = await _connection.BeginTransactionAsync(cancellationToken);
        var columns = string.Join(", ", table.Columns.Select(static column => PostgresTables.Quote(column.Name)));
        var types = table.Columns.Select(column => Type(table.Name, column)).ToArray();
        await using (var copy = await _connection.BeginBinaryImportAsync(
            $"COPY {PostgresTables.Quote(table.Name)} ({columns}) FROM STDIN (FORMAT BINARY)", cancellationToken))
        {
            foreach (var row in rows)
            {
                await copy.StartRowAsync(cancellationToken);
                for (var i = 0; i < row.Length; i++)
                    await WriteAsync(copy, row[i], types[i], cancellationToken);
            }

            await copy.CompleteAsync(cancellationToken);
        }

        await _session.ExecuteAsync(MarkSql, table.Name, mark.Rows, mark.LastKey);
        await transaction.CommitAsync(cancellationToken);
    }

    public async ValueTask ContinueNumbersAsync(string table, long? last, CancellationToken cancellationToken)
    {
        if (await _tables.ReadIdentityAsync(table, cancellationToken) is not { } column)
            return;

        await using var set = _tables.Command($"""
            SELECT setval(pg_get_serial_sequence('{PostgresTables.Quote(table)}', '{column}'), greatest(max({PostgresTables.Quote(column)}), $1))
            FROM {PostgresTables.Quote(table)} HAVING greatest(max({PostgresTables.Quote(column)}), $1) > 0
            """);
        set.Parameters.Add(Sql.Optional(last));
        await set.ExecuteNonQueryAsync(cancellationToken);
    }

    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        await using (var analyze = _tables.Command("ANALYZE"))
            await analyze.ExecuteNonQueryAsync(cancellationToken);
        await _session.ExecuteAsync($"UPDATE {TransferTables.Progress} SET complete = true WHERE table_name = ''");
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _connections.DisposeAsync();
    }

    NpgsqlDbType Type(string table, TableColumn column) => column.Kind switch
    {
        ColumnKind.Integer => _tables.IsFlag(table, column.Name) ? NpgsqlDbType.Boolean : NpgsqlDbType.Bigint,
        ColumnKind.Text => NpgsqlDbType.Text,
        _ => NpgsqlDbType.Bytea,
    };

    static Task WriteAsync(NpgsqlBinaryImporter copy, object? value, NpgsqlDbType type, CancellationToken cancellationToken) => value switch
    {
        null => copy.WriteNullAsync(cancellationToken),
        long number when type == NpgsqlDbType.Boolean => copy.WriteAsync(number switch
        {
            0 => false,
            1 => true,
            _ => throw new InvalidDataException($"a flag is {number}, neither 0 nor 1"),
        }, type, cancellationToken),
        long number => copy.WriteAsync(number, type, cancellationToken),
        string text => copy.WriteAsync(StoredText.Write(text), type, cancellationToken),
        byte[] bytes => copy.WriteAsync(bytes, type, cancellationToken),
        _ => throw new ArgumentException($"A {value.GetType().Name} is no value of a row."),
    };
}
