using Hybrid.Primitives;
using Hybrid.Storage.Federation;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Sqlite.Rooms;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Federation;

/// <summary>The inbound log in SQLite.</summary>
public sealed class SqliteInboundStore(SqliteDatabase database) : IInboundStore
{
    public ValueTask AddAsync(IReadOnlyCollection<InboundEvent> events, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            foreach (var inbound in events)
            {
                writer.Session.Execute(
                    "INSERT INTO inbound_events (event_id, room_id, origin, received_ts, json) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (event_id) DO NOTHING",
                    inbound.EventId.Value, inbound.RoomId.Value, inbound.Origin.Value, inbound.ReceivedAt, EventRow.Bytes(inbound.Json));
            }
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<RoomId>> ReadRoomsAsync(CancellationToken cancellationToken) =>
        new(database.Read(static session => session.Query(
            "SELECT DISTINCT room_id FROM inbound_events", static row => RoomId.Parse(row.GetString(0)))));

    public ValueTask<IReadOnlyList<InboundEvent>> ReadAsync(RoomId roomId, int limit, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT event_id, room_id, origin, received_ts, json FROM inbound_events WHERE room_id = ?1 ORDER BY id LIMIT ?2",
            Read, roomId.Value, (long)limit)));

    public ValueTask<int> CountAsync(RoomId roomId, CancellationToken cancellationToken) =>
        new((int)database.Read(session => session.QueryInteger("SELECT count(*) FROM inbound_events WHERE room_id = ?1", roomId.Value)!.Value));

    public ValueTask RemoveAsync(IReadOnlyCollection<EventId> eventIds, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            foreach (var eventId in eventIds)
                writer.Session.Execute("DELETE FROM inbound_events WHERE event_id = ?1", eventId.Value);
        },
        cancellationToken);

    static InboundEvent Read(SqliteDataReader row) => new(
        EventId.Parse(row.GetString(0)), RoomId.Parse(row.GetString(1)), ServerName.Parse(row.GetString(2)), row.GetInt64(3), row.GetFieldValue<byte[]>(4));
}
