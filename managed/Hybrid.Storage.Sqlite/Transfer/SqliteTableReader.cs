using System.Globalization;
using System.Runtime.CompilerServices;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Streams;
using Hybrid.Storage.Transfer;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Transfer;

/// <summary>The tables of a SQLite file. While it is open nobody else writes to the file.</summary>
public sealed class SqliteTableReader : ITableReader
{
    readonly SqliteConnection _connection;

    SqliteTableReader(SqliteConnection connection) => _connection = connection;

    /// <summary>Brings the database at <paramref name="path"/> up to date and opens it.</summary>
    /// <exception cref="InvalidDataException">There is no database of Hybrid, or a newer version's.</exception>
    public static SqliteTableReader Open(string path)
    {
        if (!File.Exists(path))
            throw new InvalidDataException($"there is no database '{path}'");

        SqliteDatabase.Open(path, new StreamHub()).Dispose();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            var reader = new SqliteTableReader(connection);
            // Commands may run beside: what they add now would stay behind, so they wait.
            using var begin = reader.Command("BEGIN IMMEDIATE");
            begin.ExecuteNonQuery();
            return reader;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public ValueTask<IReadOnlyList<TableShape>> ReadShapesAsync(CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT t.name, c.name, c.type, c.pk FROM sqlite_schema t JOIN pragma_table_info(t.name) c
            WHERE t.type = 'table' ORDER BY t.name, c.cid
            """;
        using var command = Command(Sql);
        using var rows = command.ExecuteReader();
        var columns = new List<(string Table, string Name, string Type, long Key)>();
        while (rows.Read())
            columns.Add((rows.GetString(0), rows.GetString(1), rows.GetString(2), rows.GetInt64(3)));
        return new(
        [
            .. columns.GroupBy(static column => column.Table, StringComparer.Ordinal).Where(static table => !TransferTables.StayBehind.ContainsKey(table.Key))
                .Select(static table => new TableShape(
                    table.Key,
                    [.. table.Select(static column => new TableColumn(column.Name, Kind(column.Table, column.Name, column.Type)))],
                    [.. table.Where(static column => column.Key > 0).OrderBy(static column => column.Key).Select(static column => column.Name)])),
        ]);
    }

    public ValueTask<long> CountAsync(string table, CancellationToken cancellationToken) =>
        new(Integer($"SELECT count(*) FROM {Quote(table)}") ?? 0);

    public ValueTask<bool> HoldsOnlyDefaultsAsync(string table, string column, CancellationToken cancellationToken)
    {
        using var command = Command("SELECT dflt_value FROM pragma_table_info(?1) WHERE name = ?2", table, column);
        var value = command.ExecuteScalar() as string ?? "NULL";
        return new(Integer($"SELECT 1 FROM {Quote(table)} WHERE {Quote(column)} IS NOT ({value}) LIMIT 1") is null);
    }

    public ValueTask<long?> ReadLastNumberAsync(string table, CancellationToken cancellationToken) =>
        new(Integer("SELECT seq FROM sqlite_sequence WHERE name = ?1", table));

    public async IAsyncEnumerable<object?[]> ReadAsync(
        TableShape table, object?[]? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var key = string.Join(", ", table.Key.Select(Quote));
        var places = (after ?? []).Select(static (_, i) => string.Create(CultureInfo.InvariantCulture, $"?{i + 1}"));
        var start = after is null ? "" : $" WHERE ({key}) > ({string.Join(", ", places)})";
        var columns = string.Join(", ", table.Columns.Select(static column => Quote(column.Name)));
        await using var command = Command($"SELECT {columns} FROM {Quote(table.Name)}{start} ORDER BY {key}", after ?? []);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var values = new object?[table.Columns.Count];
            for (var i = 0; i < values.Length; i++)
                values[i] = rows.IsDBNull(i) ? null : Value(rows, i, table.Columns[i].Kind);
            yield return values;
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    static object Value(SqliteDataReader rows, int column, ColumnKind kind) => kind switch
    {
        ColumnKind.Integer => rows.GetInt64(column),
        ColumnKind.Text => rows.GetString(column),
        _ => rows.GetFieldValue<byte[]>(column),
    };

    static ColumnKind Kind(string table, string column, string type) => type switch
    {
        "INTEGER" => ColumnKind.Integer,
        "TEXT" => ColumnKind.Text,
        "BLOB" => ColumnKind.Blob,
        _ => throw new InvalidDataException($"the column {table}.{column} has the unknown type '{type}'"),
    };

    static string Quote(string name) => $"\"{name}\"";

    long? Integer(string sql, params ReadOnlySpan<object?> parameters)
    {
        using var command = Command(sql, parameters);
        return command.ExecuteScalar() as long?;
    }

    SqliteCommand Command(string sql, params ReadOnlySpan<object?> parameters)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Names from the schema.
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var i = 0; i < parameters.Length; i++)
            command.Parameters.Add(new SqliteParameter(string.Create(CultureInfo.InvariantCulture, $"?{i + 1}"), parameters[i] ?? DBNull.Value));
        return command;
    }
}
