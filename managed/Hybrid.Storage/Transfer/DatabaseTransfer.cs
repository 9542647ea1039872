namespace Hybrid.Storage.Transfer;

/// <summary>
/// Copies a database into an empty one of any engine, in batches that each leave a mark, so that an interrupted copy goes on where it
/// was; and compares both, row by row, before the new one may be used.
/// </summary>
public sealed class DatabaseTransfer(ITableReader source, ITableWriter target, Action<TransferProgress> progress)
{
    const int BatchRows = 5000;
    const long BatchBytes = 8 << 20;

    /// <summary>How many rows a batch has at most.</summary>
    public int MaxBatchRows { get; init; } = BatchRows;

    /// <summary>Copies what is not copied yet, and compares.</summary>
    /// <param name="name">Of the server: with its stream positions it tells the source, so that an interrupted copy goes on from no other state.</param>
    /// <param name="cancellationToken">Interrupts between batches.</param>
    /// <returns>How many rows there are.</returns>
    /// <exception cref="InvalidDataException">The databases do not fit, the target is in use, or the comparison failed.</exception>
    public async Task<long> RunAsync(string name, CancellationToken cancellationToken)
    {
        var tables = await TransferTables.MatchAsync(source, target, cancellationToken);
        var marks = await target.BeginAsync(await OriginAsync(name, tables, cancellationToken), tables, cancellationToken);
        foreach (var table in tables)
            await CopyAsync(table, marks.GetValueOrDefault(table.Name), cancellationToken);
        foreach (var table in tables)
            await target.ContinueNumbersAsync(table.Name, await source.ReadLastNumberAsync(table.Name, cancellationToken), cancellationToken);

        var rows = 0L;
        foreach (var table in tables)
            rows += await CompareAsync(table, cancellationToken);
        await target.CompleteAsync(cancellationToken);
        return rows;
    }

    async Task<string> OriginAsync(string name, IReadOnlyList<TableShape> tables, CancellationToken cancellationToken)
    {
        var positions = new List<string>();
        await foreach (var row in source.ReadAsync(tables.Single(static table => table.Name == "stream_positions"), null, cancellationToken))
            positions.Add(string.Join(':', row));
        return $"{name} at {string.Join(' ', positions)}";
    }

    async Task CopyAsync(TableShape table, TransferMark? mark, CancellationToken cancellationToken)
    {
        var total = await source.CountAsync(table.Name, cancellationToken);
        var key = table.Key.Select(name => table.Columns.Select(static column => column.Name).ToList().IndexOf(name)).ToArray();
        var done = mark?.Rows ?? 0;
        var batch = new List<object?[]>();
        var bytes = 0L;
        await foreach (var row in source.ReadAsync(table, mark is null ? null : RowBytes.Read(mark.LastKey), cancellationToken))
        {
            batch.Add(row);
            bytes += row.Sum(Size);
            if (batch.Count >= MaxBatchRows || bytes >= BatchBytes)
                await WriteAsync();
        }

        if (batch.Count > 0)
            await WriteAsync();
        progress(new(TransferStep.Copying, table.Name, done, done));

        async Task WriteAsync()
        {
            cancellationToken.ThrowIfCancellationRequested();
            var last = batch[^1];
            await target.WriteAsync(table, batch, new(done + batch.Count, RowBytes.Of([.. key.Select(column => last[column])])), cancellationToken);
            done += batch.Count;
            batch.Clear();
            bytes = 0;
            if (done < total)
                progress(new(TransferStep.Copying, table.Name, done, total));
        }
    }

    async Task<long> CompareAsync(TableShape table, CancellationToken cancellationToken)
    {
        var total = await source.CountAsync(table.Name, cancellationToken);
        var before = new TableDigest();
        await foreach (var row in source.ReadAsync(table, null, cancellationToken))
            before.Add(row);
        var after = new TableDigest();
        await foreach (var row in target.ReadAsync(table, null, cancellationToken))
        {
            after.Add(row);
            if (after.Rows % BatchRows == 0 && after.Rows < total)
                progress(new(TransferStep.Comparing, table.Name, after.Rows, total));
        }

        progress(new(TransferStep.Comparing, table.Name, after.Rows, after.Rows));
        if (before.Rows != after.Rows)
            throw new InvalidDataException(
                $"the table {table.Name} has {before.Rows} rows here and {after.Rows} in the new database: empty that one and start over");
        return before.IsEqualTo(after)
            ? after.Rows
            : throw new InvalidDataException($"the rows of the table {table.Name} are not the same in the new database: empty that one and start over");
    }

    static long Size(object? value) => value switch
    {
        string text => text.Length,
        byte[] blob => blob.Length,
        _ => sizeof(long),
    };
}

/// <summary>What is being done to a table.</summary>
public enum TransferStep
{
    Copying,
    Comparing,
}

/// <param name="Step">What is being done.</param>
/// <param name="Table">To which table.</param>
/// <param name="Rows">To how many rows it was done.</param>
/// <param name="Total">How many there are; equal to <paramref name="Rows"/> at the end.</param>
public readonly record struct TransferProgress(TransferStep Step, string Table, long Rows, long Total);
