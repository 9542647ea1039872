using Hybrid.Primitives;
using Hybrid.Storage.Presence;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Storage.Sqlite.Presence;

/// <summary>What is kept of presence in SQLite: table <c>presence</c>.</summary>
public sealed class SqlitePresenceStore(SqliteDatabase database) : IPresenceStore
{
    public ValueTask<PresenceRecord?> FindAsync(UserId userId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(database.Read(session => session.QueryFirst(
            "SELECT status_msg, last_active FROM presence WHERE user_id = ?1",
            row => new PresenceRecord(userId, row.IsDBNull(0) ? null : row.GetString(0), row.GetInt64(1)),
            userId.Value)));

    public ValueTask DeleteAsync(UserId userId, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => { writer.Session.Execute("DELETE FROM presence WHERE user_id = ?1", userId.Value); }, cancellationToken);

    public ValueTask SaveAsync(PresenceRecord presence, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                writer.Session.Execute(
                    """
                    INSERT INTO presence (user_id, status_msg, last_active) VALUES (?1, ?2, ?3)
                    ON CONFLICT (user_id) DO UPDATE SET status_msg = excluded.status_msg, last_active = excluded.last_active
                    """,
                    presence.UserId.Value, presence.StatusMessage, presence.LastActive);
            },
            cancellationToken);
}
