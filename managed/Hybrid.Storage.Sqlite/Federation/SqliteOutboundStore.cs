using Hybrid.Primitives;
using Hybrid.Storage.Federation;
using Hybrid.Storage.Sqlite.Engine;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Federation;

/// <summary>Where other servers are in the log, in SQLite: tables <c>outbound_position</c> and <c>outbound_owed</c>.</summary>
public sealed class SqliteOutboundStore(SqliteDatabase database) : IOutboundStore
{
    public ValueTask<long?> ReadPositionAsync(CancellationToken cancellationToken) =>
        new(database.Read(static session => session.QueryInteger("SELECT position FROM outbound_position WHERE id = 1")));

    public ValueTask<IReadOnlyList<OwedRoom>> ReadOwedAsync(OwedRoom? after, int limit, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT server, room_id, position FROM outbound_owed WHERE (server, room_id) > (?1, ?2) ORDER BY server, room_id LIMIT ?3",
            Read, after?.Server.Value ?? "", after?.RoomId.Value ?? "", (long)limit)));

    public ValueTask<IReadOnlyList<OwedRoom>> ReadOwedAsync(ServerName server, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT server, room_id, position FROM outbound_owed WHERE server = ?1 ORDER BY room_id", Read, server.Value)));

    public ValueTask WriteAsync(
        long position, IReadOnlyCollection<OwedRoom> added, IReadOnlyCollection<OwedRoom> removed, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                writer.Session.Execute(
                    "INSERT INTO outbound_position (id, position) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET position = excluded.position", position);
                foreach (var room in removed)
                    writer.Session.Execute("DELETE FROM outbound_owed WHERE server = ?1 AND room_id = ?2", room.Server.Value, room.RoomId.Value);
                foreach (var room in added)
                {
                    writer.Session.Execute(
                        """
                        INSERT INTO outbound_owed (server, room_id, position) VALUES (?1, ?2, ?3)
                        ON CONFLICT (server, room_id) DO UPDATE SET position = excluded.position
                        """,
                        room.Server.Value, room.RoomId.Value, room.From);
                }
            },
            cancellationToken);

    static OwedRoom Read(SqliteDataReader row) => new(ServerName.Parse(row.GetString(0)), RoomId.Parse(row.GetString(1)), row.GetInt64(2));
}
