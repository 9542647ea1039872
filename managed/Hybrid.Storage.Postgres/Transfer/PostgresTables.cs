using System.Runtime.CompilerServices;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Transfer;
using Npgsql;

namespace Hybrid.Storage.Postgres.Transfer;

/// <summary>Reads tables through one connection.</summary>
sealed class PostgresTables(NpgsqlConnection connection)
{
    readonly Dictionary<string, HashSet<string>> _flags = new(StringComparer.Ordinal);

    /// <summary>Whether a column is a flag to PostgreSQL; known once the shapes were read.</summary>
    public bool IsFlag(string table, string column) => _flags[table].Contains(column);

    public async Task<IReadOnlyList<TableShape>> ReadShapesAsync(CancellationToken cancellationToken)
    {
        const string ColumnsSql = """
            SELECT c.relname::text, a.attname::text, format_type(a.atttypid, NULL)
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY c.relname, a.attnum
            """;
        const string KeysSql = """
            SELECT c.relname::text, a.attname::text
            FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
            CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (number, place)
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
            WHERE i.indisprimary AND c.relnamespace = current_schema()::regnamespace ORDER BY c.relname, k.place
            """;
        var keys = (await PairsAsync(KeysSql, cancellationToken)).ToLookup(static key => key.Left, static key => key.Right, StringComparer.Ordinal);
        var columns = new List<(string Table, string Name, string Type)>();
        await using (var command = Command(ColumnsSql))
        await using (var rows = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await rows.ReadAsync(cancellationToken))
                columns.Add((rows.GetString(0), rows.GetString(1), rows.GetString(2)));
        }

        var shapes = new List<TableShape>();
        foreach (var table in columns
            .GroupBy(static column => column.Table, StringComparer.Ordinal)
            .Where(static table => !TransferTables.StayBehind.ContainsKey(table.Key)))
        {
            _flags[table.Key] = [.. table.Where(static column => column.Type == "boolean").Select(static column => column.Name)];
            shapes.Add(new TableShape(
                table.Key,
                [.. table.Select(static column => new TableColumn(column.Name, Kind(column.Table, column.Name, column.Type)))],
                [.. keys[table.Key]]));
        }

        return shapes;
    }

    /// <summary>Table names, those that others refer to first.</summary>
    public async Task<IReadOnlyList<string>> ReadWritingOrderAsync(CancellationToken cancellationToken)
    {
        const string ReferencesSql = """
            SELECT f.relname::text, t.relname::text
            FROM pg_constraint k JOIN pg_class f ON f.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
            WHERE k.contype = 'f' AND f.oid <> t.oid AND f.relnamespace = current_schema()::regnamespace
            """;
        var references = (await PairsAsync(ReferencesSql, cancellationToken))
            .ToLookup(static pair => pair.Left, static pair => pair.Right, StringComparer.Ordinal);
        var order = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var table in await ReadShapesAsync(cancellationToken))
            Visit(table.Name);
        return order;

        void Visit(string table)
        {
            if (!seen.Add(table))
                return;
            foreach (var referred in references[table])
                Visit(referred);
            order.Add(table);
        }
    }

    public async Task<long> CountAsync(string table, CancellationToken cancellationToken)
    {
        await using var command = Command($"SELECT count(*) FROM {Quote(table)}");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async IAsyncEnumerable<object?[]> ReadAsync(TableShape table, object?[]? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var key = string.Join(", ", table.Key.Select(Quote));
        var start = after is null ? "" : $" WHERE ({key}) > ({string.Join(", ", after.Select(static (_, i) => $"${i + 1}"))})";
        var columns = string.Join(", ", table.Columns.Select(static column => Quote(column.Name)));
        await using var command = Command($"SELECT {columns} FROM {Quote(table.Name)}{start} ORDER BY {key}");
        // Reading all of a large table takes as long as it takes.
        command.CommandTimeout = 0;
        for (var i = 0; i < (after?.Length ?? 0); i++)
            command.Parameters.Add(Sql.Parameter(IsFlag(table.Name, table.Key[i]) ? after![i] is 1L : after![i]));
        await using var rows = await command.ExecuteReaderAsync(System.Data.CommandBehavior.SingleResult, cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var values = new object?[table.Columns.Count];
            for (var i = 0; i < values.Length; i++)
                values[i] = rows.IsDBNull(i) ? null : Value(rows, i, table.Columns[i].Kind);
            yield return values;
        }
    }

    /// <summary>The column that the table numbers by itself, or null.</summary>
    public async Task<string?> ReadIdentityAsync(string table, CancellationToken cancellationToken)
    {
        await using var command = Command($"SELECT attname::text FROM pg_attribute WHERE attrelid = '{Quote(table)}'::regclass AND attidentity <> ''");
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    /// <summary>The last number that the table gave by itself, or null.</summary>
    public async Task<long?> ReadLastNumberAsync(string table, CancellationToken cancellationToken)
    {
        if (await ReadIdentityAsync(table, cancellationToken) is not { } column)
            return null;

        await using var command = Command($"SELECT pg_sequence_last_value(pg_get_serial_sequence('{Quote(table)}', '{column}')::regclass)");
        return await command.ExecuteScalarAsync(cancellationToken) as long?;
    }

    public static string Quote(string name) => $"\"{name}\"";

    public NpgsqlCommand Command(string sql)
    {
#pragma warning disable CA2100 // Names from the schema.
        // Whole tables are read and written: that takes as long as it takes.
        return new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
#pragma warning restore CA2100
    }

    static object Value(NpgsqlDataReader rows, int column, ColumnKind kind) => kind switch
    {
        ColumnKind.Integer => rows.GetFieldType(column) == typeof(bool) ? rows.GetBoolean(column) ? 1L : 0L : rows.GetInt64(column),
        ColumnKind.Text => StoredText.Read(rows.GetString(column)),
        _ => rows.GetFieldValue<byte[]>(column),
    };

    static ColumnKind Kind(string table, string column, string type) => type switch
    {
        "bigint" or "boolean" => ColumnKind.Integer,
        "text" => ColumnKind.Text,
        "bytea" => ColumnKind.Blob,
        _ => throw new InvalidDataException($"the column {table}.{column} has the unknown type '{type}'"),
    };

    async Task<List<(string Left, string Right)>> PairsAsync(string sql, CancellationToken cancellationToken)
    {
        var pairs = new List<(string, string)>();
        await using var command = Command(sql);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            pairs.Add((rows.GetString(0), rows.GetString(1)));
        return pairs;
    }
}
