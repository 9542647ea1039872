using Hybrid.Primitives;
using Hybrid.Storage.Federation;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Federation;

/// <summary>Where other servers are in the log, in PostgreSQL: tables <c>outbound_position</c> and <c>outbound_owed</c>.</summary>
public sealed class PostgresOutboundStore(PostgresDatabase database) : IOutboundStore
{
    public ValueTask<long?> ReadPositionAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(static session => session.QueryIntegerAsync("SELECT position FROM outbound_position WHERE id = 1"), cancellationToken);

    public async ValueTask<IReadOnlyList<OwedRoom>> ReadOwedAsync(OwedRoom? after, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT server, room_id, position FROM outbound_owed WHERE (server, room_id) > ($1, $2) ORDER BY server, room_id LIMIT $3",
                Read, after?.Server.Value ?? "", after?.RoomId.Value ?? "", (long)limit),
            cancellationToken);

    public async ValueTask<IReadOnlyList<OwedRoom>> ReadOwedAsync(ServerName server, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT server, room_id, position FROM outbound_owed WHERE server = $1 ORDER BY room_id", Read, server.Value),
            cancellationToken);

    public ValueTask WriteAsync(
        long position, IReadOnlyCollection<OwedRoom> added, IReadOnlyCollection<OwedRoom> removed, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                if (removed.Count > 0)
                {
                    writer.Session.Defer(
                        "DELETE FROM outbound_owed o USING unnest($1, $2) AS gone (server, room_id) WHERE o.server = gone.server AND o.room_id = gone.room_id",
                        Sql.Texts(removed.Select(static room => room.Server.Value)), Sql.Texts(removed.Select(static room => room.RoomId.Value)));
                }

                if (added.Count > 0)
                {
                    writer.Session.Defer(
                        """
                        INSERT INTO outbound_owed (server, room_id, position) SELECT * FROM unnest($1, $2, $3)
                        ON CONFLICT (server, room_id) DO UPDATE SET position = excluded.position
                        """,
                        Sql.Texts(added.Select(static room => room.Server.Value)), Sql.Texts(added.Select(static room => room.RoomId.Value)),
                        Sql.Integers(added.Select(static room => room.From)));
                }

                await writer.Session.ExecuteAsync(
                    "INSERT INTO outbound_position (id, position) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET position = excluded.position", position);
            },
            cancellationToken);

    static OwedRoom Read(Row row) => new(ServerName.Parse(row.Text(0)), RoomId.Parse(row.Text(1)), row.Integer(2));
}
