using Hybrid.Primitives;
using Hybrid.Storage.Federation;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Federation;

/// <summary>The inbound log in PostgreSQL.</summary>
public sealed class PostgresInboundStore(PostgresDatabase database) : IInboundStore
{
    public ValueTask AddAsync(IReadOnlyCollection<InboundEvent> events, CancellationToken cancellationToken) => database.WriteAsync(
        async writer =>
        {
            foreach (var inbound in events)
            {
                await writer.Session.ExecuteAsync(
                    "INSERT INTO inbound_events (event_id, room_id, origin, received_ts, json) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (event_id) DO NOTHING",
                    inbound.EventId.Value, inbound.RoomId.Value, inbound.Origin.Value, inbound.ReceivedAt, Sql.Bytes(inbound.Json));
            }
        },
        cancellationToken);

    public async ValueTask<IReadOnlyList<RoomId>> ReadRoomsAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(
            static session => session.QueryAsync("SELECT DISTINCT room_id FROM inbound_events", static row => RoomId.Parse(row.Text(0))),
            cancellationToken);

    public async ValueTask<IReadOnlyList<InboundEvent>> ReadAsync(RoomId roomId, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT event_id, room_id, origin, received_ts, json FROM inbound_events WHERE room_id = $1 ORDER BY id LIMIT $2",
                Read, roomId.Value, (long)limit),
            cancellationToken);

    public async ValueTask<int> CountAsync(RoomId roomId, CancellationToken cancellationToken) =>
        (int)(await database.ReadAsync(
            session => session.QueryIntegerAsync("SELECT count(*) FROM inbound_events WHERE room_id = $1", roomId.Value), cancellationToken))!.Value;

    public async ValueTask RemoveAsync(IReadOnlyCollection<EventId> eventIds, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "DELETE FROM inbound_events WHERE event_id = ANY ($1)", [Sql.Texts(eventIds.Select(static id => id.Value))], cancellationToken);

    static InboundEvent Read(Row row) => new(
        EventId.Parse(row.Text(0)), RoomId.Parse(row.Text(1)), ServerName.Parse(row.Text(2)), row.Integer(3), row.Bytes(4));
}
