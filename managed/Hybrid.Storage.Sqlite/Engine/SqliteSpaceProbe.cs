using Hybrid.Storage.Space;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Engine;

/// <summary>Writes a row of some size and deletes it again.</summary>
public sealed class SqliteSpaceProbe(SqliteDatabase database) : ISpaceProbe
{
    // As much as a busy commit needs, so that the answer is not yes for the last free page.
    const int Bytes = 256 << 10;

    public async ValueTask<bool> TryWriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await database.WriteAnywayAsync(static writer => writer.Session.Execute("INSERT INTO space_probe (bytes) VALUES (zeroblob(?1))", (long)Bytes), cancellationToken);
            await database.WriteAnywayAsync(static writer => writer.Session.Execute("DELETE FROM space_probe"), cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is StorageFullException or SqliteException)
        {
            return false;
        }
    }
}
