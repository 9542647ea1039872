using Npgsql;

namespace Hybrid.Storage.Postgres.Engine;

/// <summary>
/// One connection. SQL texts are constants, prepared by themselves once they are used again: pass literals, never texts built per
/// call. Parameters are positional, <c>$1</c>, <c>$2</c> and so on. One statement at a time.
/// </summary>
public sealed class PostgresSession
{
    readonly NpgsqlConnection _connection;
    readonly CancellationToken _cancellationToken;
    readonly List<NpgsqlBatchCommand> _deferred = [];

    internal PostgresSession(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        _connection = connection;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Whether statements wait for the next one to go along with.</summary>
    internal bool HasDeferred => _deferred.Count > 0;

    /// <summary>Whether the connection can still be used.</summary>
    internal bool IsOpen => _connection.State == System.Data.ConnectionState.Open;

    /// <summary>Runs a statement and returns how many rows it changed.</summary>
    public Task<int> ExecuteAsync(string sql, params ReadOnlySpan<object?> parameters) => ExecuteAsync(Batch(sql, parameters));

    /// <summary>Every row of a query.</summary>
    public Task<List<T>> QueryAsync<T>(string sql, Func<Row, T> read, params ReadOnlySpan<object?> parameters) =>
        QueryAsync(Batch(sql, parameters), read, int.MaxValue);

    /// <summary>The first row of a query, or null.</summary>
    public async Task<T?> QueryFirstAsync<T>(string sql, Func<Row, T> read, params object?[] parameters)
        where T : class
    {
        var rows = await QueryAsync(Batch(sql, parameters), read, 1);
        return rows.Count > 0 ? rows[0] : null;
    }

    /// <summary>The first column of the first row as an integer, or null.</summary>
    public async Task<long?> QueryIntegerAsync(string sql, params object?[] parameters)
    {
        var rows = await QueryAsync(Batch(sql, parameters), static row => row.OptionalInteger(0), 1);
        return rows.Count > 0 ? rows[0] : null;
    }

    /// <summary>The first column of the first row as text, or null.</summary>
    public async Task<string?> QueryTextAsync(string sql, params object?[] parameters)
    {
        var rows = await QueryAsync(Batch(sql, parameters), static row => row.OptionalText(0), 1);
        return rows.Count > 0 ? rows[0] : null;
    }

    /// <summary>Whether a query has any row.</summary>
    public async Task<bool> AnyAsync(string sql, params object?[] parameters) =>
        (await QueryAsync(Batch(sql, parameters), static _ => true, 1)).Count > 0;

    /// <summary>Keeps a statement that returns no rows until the next one, and sends both in one message.</summary>
    public void Defer(string sql, params ReadOnlySpan<object?> parameters) => _deferred.Add(Command(sql, parameters));

    /// <summary>Sends what was deferred.</summary>
    public async Task FlushAsync()
    {
        if (_deferred.Count == 0)
            return;

        await using var batch = TakeDeferred();
        await batch.ExecuteNonQueryAsync(_cancellationToken);
    }

    /// <summary>Drops what was deferred and not sent; how many statements that were.</summary>
    internal int DropDeferred()
    {
        var count = _deferred.Count;
        _deferred.Clear();
        return count;
    }

    /// <summary>Takes back the last deferred statement if it is this one.</summary>
    internal bool TryTakeBack(string sql)
    {
        if (_deferred.Count == 0 || _deferred[^1].CommandText != sql)
            return false;

        _deferred.RemoveAt(_deferred.Count - 1);
        return true;
    }

    /// <summary>Runs a script of several statements, unprepared: for migrations.</summary>
    internal async Task ExecuteScriptAsync(string script)
    {
        await using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Scripts are embedded resources and literals.
        command.CommandText = script;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(_cancellationToken);
    }

    async Task<int> ExecuteAsync(NpgsqlBatch batch)
    {
        await using (batch)
        {
            await batch.ExecuteNonQueryAsync(_cancellationToken);
            return (int)batch.BatchCommands[^1].Rows;
        }
    }

    async Task<List<T>> QueryAsync<T>(NpgsqlBatch batch, Func<Row, T> read, int limit)
    {
        await using (batch)
        {
            // Deferred statements have no rows: the reader stands on the query, which is the last.
            await using var reader = await batch.ExecuteReaderAsync(_cancellationToken);
            var rows = new List<T>();
            while (rows.Count < limit && await reader.ReadAsync(_cancellationToken))
                rows.Add(read(new Row(reader)));
            return rows;
        }
    }

    NpgsqlBatch Batch(string sql, ReadOnlySpan<object?> parameters)
    {
        var batch = TakeDeferred();
        batch.BatchCommands.Add(Command(sql, parameters));
        return batch;
    }

    NpgsqlBatch TakeDeferred()
    {
        var batch = new NpgsqlBatch(_connection);
        foreach (var command in _deferred)
            batch.BatchCommands.Add(command);
        _deferred.Clear();
        return batch;
    }

    static NpgsqlBatchCommand Command(string sql, ReadOnlySpan<object?> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(Sql.Parameter(parameter));
        return command;
    }
}
