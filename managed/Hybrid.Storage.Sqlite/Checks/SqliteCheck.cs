using Hybrid.Storage.Checks;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Storage.Sqlite.Checks;

/// <summary>SQLite's own checks: every page, index and constraint, and every foreign key.</summary>
public sealed class SqliteCheck(SqliteDatabase database) : IEngineCheck
{
    public ValueTask<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken) =>
        new(database.Read(static session => (IReadOnlyList<string>)
        [
            .. session.Query("PRAGMA integrity_check", static row => row.GetString(0)).Where(static line => line != "ok"),
            .. session.Query(
                "SELECT \"table\", rowid, parent FROM pragma_foreign_key_check",
                static row => $"a row of {row.GetString(0)} names a row of {row.GetString(2)} that does not exist"),
        ]));
}
