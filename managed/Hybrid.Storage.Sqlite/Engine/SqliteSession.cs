using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Engine;

/// <summary>
/// One connection with its prepared statements. SQL texts are constants, and each is prepared once: pass literals, never
/// texts built per call. Parameters are positional, <c>?1</c>, <c>?2</c> and so on. Not thread-safe.
/// </summary>
public sealed class SqliteSession : IDisposable
{
    readonly SqliteConnection _connection;
    readonly Dictionary<string, SqliteCommand> _statements = new(StringComparer.Ordinal);

    internal SqliteSession(string connectionString)
    {
        _connection = new SqliteConnection(connectionString);
        _connection.Open();
    }

    /// <summary>Whether a transaction is open; SQLite ends one by itself after some errors.</summary>
    internal bool IsInTransaction => SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) == 0;

    /// <summary>Runs a statement and returns how many rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<object?> parameters)
    {
        var statement = Prepare(sql, parameters);
        return statement.ExecuteNonQuery();
    }

    /// <summary>Every row of a query.</summary>
    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> parameters)
    {
        using var reader = Prepare(sql, parameters).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>The first row of a query, or null.</summary>
    public T? QueryFirst<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> parameters)
        where T : class
    {
        using var reader = Prepare(sql, parameters).ExecuteReader();
        return reader.Read() ? read(reader) : null;
    }

    /// <summary>The first column of the first row as an integer, or null.</summary>
    public long? QueryInteger(string sql, params ReadOnlySpan<object?> parameters)
    {
        using var reader = Prepare(sql, parameters).ExecuteReader();
        return reader.Read() && !reader.IsDBNull(0) ? reader.GetInt64(0) : null;
    }

    /// <summary>The first column of the first row as text, or null.</summary>
    public string? QueryText(string sql, params ReadOnlySpan<object?> parameters)
    {
        using var reader = Prepare(sql, parameters).ExecuteReader();
        return reader.Read() && !reader.IsDBNull(0) ? reader.GetString(0) : null;
    }

    /// <summary>Runs a script of several statements, unprepared: for pragmas and migrations.</summary>
    public void ExecuteScript(string script)
    {
        using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Scripts are embedded resources and literals.
        command.CommandText = script;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>Copies the whole database over another one, as it is at this moment.</summary>
    internal void CopyTo(SqliteSession target) => _connection.BackupDatabase(target._connection);

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        _connection.Dispose();
    }

    SqliteCommand Prepare(string sql, ReadOnlySpan<object?> parameters)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            statement = _connection.CreateCommand();
#pragma warning disable CA2100 // See the type's contract: constants only.
            statement.CommandText = sql;
#pragma warning restore CA2100
            for (var i = 1; i <= parameters.Length; i++)
                statement.Parameters.Add(new SqliteParameter { ParameterName = $"?{i}" });
            _statements.Add(sql, statement);
        }

        for (var i = 0; i < parameters.Length; i++)
            statement.Parameters[i].Value = parameters[i] ?? DBNull.Value;
        return statement;
    }
}
