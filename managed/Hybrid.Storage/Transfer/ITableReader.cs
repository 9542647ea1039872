namespace Hybrid.Storage.Transfer;

/// <summary>Reads any table of a database as it is at one moment. Values are null, <see cref="long"/>, <see cref="string"/> or a byte array.</summary>
public interface ITableReader : IAsyncDisposable
{
    /// <summary>The tables of the schema, without those of <see cref="TransferTables.StayBehind"/>.</summary>
    /// <exception cref="InvalidDataException">A column has a type that this version does not know.</exception>
    ValueTask<IReadOnlyList<TableShape>> ReadShapesAsync(CancellationToken cancellationToken);

    ValueTask<long> CountAsync(string table, CancellationToken cancellationToken);

    /// <summary>Whether every row has in this column what a new row would get.</summary>
    ValueTask<bool> HoldsOnlyDefaultsAsync(string table, string column, CancellationToken cancellationToken);

    /// <summary>The last number that a table gave to a row by itself and will not give again, or null if it does not keep one.</summary>
    ValueTask<long?> ReadLastNumberAsync(string table, CancellationToken cancellationToken);

    /// <summary>The rows in the order of their keys, each with the values of the columns in the order of <paramref name="table"/>.</summary>
    /// <param name="table">Which, and with which columns and key.</param>
    /// <param name="after">The key to begin after; null begins at the start.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    IAsyncEnumerable<object?[]> ReadAsync(TableShape table, object?[]? after, CancellationToken cancellationToken);
}
