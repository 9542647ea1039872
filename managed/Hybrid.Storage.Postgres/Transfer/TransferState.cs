using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Transfer;

namespace Hybrid.Storage.Postgres.Transfer;

/// <summary>The table in which a database that is being filled keeps how far it is.</summary>
static class TransferState
{
    /// <summary>Made before the first batch, and kept for good; the row without a table name is the whole.</summary>
    public const string CreateSql = $"""
        CREATE TABLE {TransferTables.Progress} (
            table_name text COLLATE "C" PRIMARY KEY,   -- empty: the whole
            origin text NOT NULL,                      -- names the database that is copied
            rows bigint NOT NULL,
            last_key bytea,
            complete boolean NOT NULL
        )
        """;

    /// <summary>Refuses a database that is being filled and not complete.</summary>
    /// <exception cref="InvalidDataException">It is not complete.</exception>
    public static async Task RefuseUnfinishedAsync(PostgresSession session)
    {
        if (await session.QueryTextAsync($"SELECT to_regclass('{TransferTables.Progress}')::text") is not null
            && await session.AnyAsync($"SELECT 1 FROM {TransferTables.Progress} WHERE table_name = '' AND NOT complete"))
        {
            throw new InvalidDataException("The database holds a part of a server: hybrid migrate was interrupted. Run it again to the end.");
        }
    }
}
