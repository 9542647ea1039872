using Hybrid.Storage.Backup;
using Hybrid.Storage.Postgres.Checks;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Postgres.Transfer;
using Hybrid.Storage.Streams;
using Hybrid.Storage.Transfer;

namespace Hybrid.Storage.Postgres.Backup;

/// <summary>
/// Backup and restore of a PostgreSQL database: a file of rows for each table, in the order of its key, so that what did not change
/// mostly stays where it was. All of it is read in one transaction, which holds up no writer. What <see cref="TransferTables"/> leaves
/// behind is left behind here too.
/// </summary>
public sealed class PostgresArchive(PostgresAddress address) : IDatabaseArchive
{
    const int BatchRows = 500;

    public string Engine => "postgres";

    public async ValueTask<IDatabaseSnapshot> TakeAsync(string workFolder, CancellationToken cancellationToken) =>
        await PostgresSnapshot.TakeAsync(address, workFolder, cancellationToken);

    public async ValueTask RestoreAsync(IReadOnlyList<DatabasePart> parts, CancellationToken cancellationToken)
    {
        var byTable = parts.ToDictionary(static part => part.Name, StringComparer.Ordinal);
        if (!byTable.Remove(PostgresSnapshot.SchemaPart, out var schemaPart))
            throw new InvalidDataException($"the snapshot has no part {PostgresSnapshot.SchemaPart}");

        await using var stream = schemaPart.Open();
        var schema = RowFile.Read(stream).ToList();
        // The tables as they were: later scripts find their rows when the check brings the database up to date.
        var scripts = schema[0].Select(static number => (long)number!).ToHashSet();
        await using var writer = await PostgresTableWriter.OpenAsync(address, cancellationToken, scripts);
        var tables = (await writer.ReadShapesAsync(cancellationToken)).ToDictionary(static table => table.Name, StringComparer.Ordinal);
        foreach (var name in tables.Keys.Except(byTable.Keys).Concat(byTable.Keys.Except(tables.Keys)))
            throw new InvalidDataException($"the table {name} is in the snapshot or in this version, and not in the other");
        // Named by a new name each time: what an interrupted restore has left is not mixed with another one.
        await writer.BeginAsync($"restore {Guid.NewGuid():N}", [.. tables.Values], cancellationToken);
        foreach (var name in await writer.ReadWritingOrderAsync(cancellationToken))
        {
            if (tables.TryGetValue(name, out var table))
                await FillAsync(writer, table, byTable[name], cancellationToken);
        }

        foreach (var last in schema.Skip(1))
            await writer.ContinueNumbersAsync((string)last[0]!, (long?)last[1], cancellationToken);
        await writer.CompleteAsync(cancellationToken);
    }

    public async ValueTask<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken)
    {
        await using var database = await PostgresDatabase.OpenAsync(address, new StreamHub());
        return await new PostgresCheck(database).CheckAsync(cancellationToken);
    }

    public async ValueTask<IReadOnlyList<string>> ReadMediaAsync(CancellationToken cancellationToken)
    {
        await using var database = await PostgresDatabase.OpenAsync(address, new StreamHub(), besideServer: true);
        return await database.ReadAsync(PostgresSnapshot.ReadMediaAsync, cancellationToken);
    }

    static async Task FillAsync(PostgresTableWriter writer, TableShape table, DatabasePart part, CancellationToken cancellationToken)
    {
        await using var stream = part.Open();
        TableShape? shape = null;
        var batch = new List<object?[]>();
        var written = 0L;
        foreach (var row in RowFile.Read(stream))
        {
            if (shape is null)
            {
                shape = table with { Columns = [.. row.Select(name => Column(table, (string)name!))] };
                continue;
            }

            batch.Add(row);
            if (batch.Count == BatchRows)
                await WriteAsync();
        }

        if (batch.Count > 0)
            await WriteAsync();

        async Task WriteAsync()
        {
            written += batch.Count;
            await writer.WriteAsync(shape!, batch, new TransferMark(written, []), cancellationToken);
            batch.Clear();
        }
    }

    static TableColumn Column(TableShape table, string name) =>
        table.Columns.FirstOrDefault(column => column.Name == name)
        ?? throw new InvalidDataException($"the column {table.Name}.{name} of the snapshot is not in this version");
}
