using Hybrid.Storage.Checks;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Checks;

/// <summary>
/// What PostgreSQL does not guarantee by itself: references that no foreign key keeps. Its pages and indexes are checked by tools
/// of its own (<c>pg_amcheck</c>).
/// </summary>
public sealed class PostgresCheck(PostgresDatabase database) : IEngineCheck
{
    public async ValueTask<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(
            static session => session.QueryAsync(
                """
                SELECT 'the event ' || e.event_id || ' is of a room that does not exist' FROM events e
                WHERE NOT EXISTS (SELECT 1 FROM rooms r WHERE r.room_id = e.room_id)
                UNION ALL
                SELECT 'the state change at ' || s.position || ' names no event' FROM state_changes s
                WHERE s.event_number IS NOT NULL AND NOT EXISTS (SELECT 1 FROM events e WHERE e.number = s.event_number)
                """,
                static row => row.Text(0)),
            cancellationToken);
}
