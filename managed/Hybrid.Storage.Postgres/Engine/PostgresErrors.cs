using Hybrid.Primitives;
using Npgsql;

namespace Hybrid.Storage.Postgres.Engine;

/// <summary>What the driver's exceptions mean to those who called.</summary>
static class PostgresErrors
{
    /// <summary>Whether the connection is gone, or the server is about to close it.</summary>
    public static bool IsConnectionLoss(Exception exception) => exception switch
    {
        PostgresException { SqlState: var state } => state.StartsWith("08", StringComparison.Ordinal) || state.StartsWith("57P", StringComparison.Ordinal),
        NpgsqlException { InnerException: TimeoutException } => false,
        NpgsqlException => true,
        _ => false,
    };

    /// <summary>The exception that callers get for what the driver threw.</summary>
    public static Exception Translate(Exception exception) => exception switch
    {
        StoreUnavailableException => exception,
        // An entry of an index has room for some 2 700 bytes; nothing that is honest comes near.
        PostgresException { SqlState: PostgresErrorCodes.ProgramLimitExceeded } =>
            new MatrixException(MatrixError.TooLarge("A name in the request is longer than the server can store."), exception),
        // Class 53: no disk space, no memory, no connection left.
        PostgresException { SqlState: ['5', '3', ..] } postgres => new StoreUnavailableException($"The database is short of something: {postgres.MessageText}", exception),
        PostgresException when !IsConnectionLoss(exception) => exception,
        NpgsqlException { InnerException: TimeoutException } => new StoreUnavailableException("The database did not answer in time.", exception),
        NpgsqlException => new StoreUnavailableException("The connection to the database is lost.", exception),
        _ => exception,
    };

    /// <summary>One line for the operator on why the database cannot be opened.</summary>
    public static string Explain(NpgsqlException exception) => exception switch
    {
        PostgresException postgres => postgres.MessageText,
        { InnerException: { } inner } => inner.Message,
        _ => exception.Message,
    };
}
