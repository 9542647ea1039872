namespace Hybrid.Storage.Transfer;

/// <summary>
/// Fills an empty database, and keeps in it how far it is. No server opens the database before <see cref="CompleteAsync"/>, and no
/// server has it open meanwhile.
/// </summary>
public interface ITableWriter : ITableReader
{
    /// <summary>Begins, or goes on with what was interrupted; the marks of the tables that were begun.</summary>
    /// <param name="origin">Names the database that is copied: only that one may go on.</param>
    /// <param name="tables">What will be written. Unless this goes on, they must be empty.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="InvalidDataException">The database is not empty, or is being filled from another one.</exception>
    ValueTask<IReadOnlyDictionary<string, TransferMark>> BeginAsync(
        string origin, IReadOnlyList<TableShape> tables, CancellationToken cancellationToken);

    /// <summary>Tables in an order in which each comes after those that its rows refer to.</summary>
    ValueTask<IReadOnlyList<string>> ReadWritingOrderAsync(CancellationToken cancellationToken);

    /// <summary>Adds rows and puts the mark behind them, both or neither.</summary>
    ValueTask WriteAsync(TableShape table, IReadOnlyList<object?[]> rows, TransferMark mark, CancellationToken cancellationToken);

    /// <summary>Sees to it that the table numbers its next row by itself with a number above all that were given, <paramref name="last"/> among them.</summary>
    ValueTask ContinueNumbersAsync(string table, long? last, CancellationToken cancellationToken);

    /// <summary>From here on a server may open the database.</summary>
    ValueTask CompleteAsync(CancellationToken cancellationToken);
}

/// <param name="Rows">How many were written.</param>
/// <param name="LastKey">The key of the last one, as <see cref="RowBytes"/> writes it.</param>
public sealed record TransferMark(long Rows, byte[] LastKey);
