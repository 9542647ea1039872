using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Presence;

namespace Hybrid.Storage.Postgres.Presence;

/// <summary>What is kept of presence in PostgreSQL: table <c>presence</c>.</summary>
public sealed class PostgresPresenceStore(PostgresDatabase database) : IPresenceStore
{
    public ValueTask<PresenceRecord?> FindAsync(UserId userId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            session => session.QueryFirstAsync(
                "SELECT status_msg, last_active FROM presence WHERE user_id = $1",
                row => new PresenceRecord(userId, row.OptionalText(0), row.Integer(1)),
                userId.Value),
            cancellationToken);

    public async ValueTask DeleteAsync(UserId userId, CancellationToken cancellationToken) =>
        await database.ExecuteAsync("DELETE FROM presence WHERE user_id = $1", [userId.Value], cancellationToken);

    public async ValueTask SaveAsync(PresenceRecord presence, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            """
            INSERT INTO presence (user_id, status_msg, last_active) VALUES ($1, $2, $3)
            ON CONFLICT (user_id) DO UPDATE SET status_msg = excluded.status_msg, last_active = excluded.last_active
            """,
            [presence.UserId.Value, presence.StatusMessage, presence.LastActive], cancellationToken);
}
