using Hybrid.Storage.Space;

namespace Hybrid.Storage.Postgres.Engine;

/// <summary>Whether PostgreSQL takes a write: a row is written anew as it is.</summary>
public sealed class PostgresSpaceProbe(PostgresDatabase database) : ISpaceProbe
{
    public async ValueTask<bool> TryWriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await database.ExecuteAsync("UPDATE migrations SET name = name WHERE number = 1", [], cancellationToken) == 1;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }
}
