using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Sqlite.Engine;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Rooms;

/// <summary>Local aliases, and which rooms are listed.</summary>
public sealed class SqliteAliasStore(SqliteDatabase database) : IAliasStore
{
    public ValueTask<AliasRecord?> FindAsync(RoomAlias alias, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryFirst(
            "SELECT alias, room_id, creator FROM aliases WHERE alias = ?1", Read, alias.Value)));

    public ValueTask<IReadOnlyList<AliasRecord>> ReadByRoomAsync(RoomId roomId, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT alias, room_id, creator FROM aliases WHERE room_id = ?1 ORDER BY alias", Read, roomId.Value)));

    public ValueTask<bool> TryAddAsync(AliasRecord alias, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => TryAdd(writer.Session, alias), cancellationToken);

    public ValueTask RemoveAsync(RoomAlias alias, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => { writer.Session.Execute("DELETE FROM aliases WHERE alias = ?1", alias.Value); }, cancellationToken);

    public ValueTask MoveAsync(RoomId from, RoomId to, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                writer.Session.Execute("UPDATE aliases SET room_id = ?2 WHERE room_id = ?1", from.Value, to.Value);
                if (writer.Session.Execute("UPDATE rooms SET is_public = 0 WHERE room_id = ?1 AND is_public = 1", from.Value) > 0)
                    writer.Session.Execute("UPDATE rooms SET is_public = 1 WHERE room_id = ?1", to.Value);
            },
            cancellationToken);

    public ValueTask SetPublicAsync(RoomId roomId, bool isPublic, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer => { writer.Session.Execute("UPDATE rooms SET is_public = ?2 WHERE room_id = ?1", roomId.Value, isPublic ? 1L : 0L); },
            cancellationToken);

    public ValueTask<bool> IsPublicAsync(RoomId roomId, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryInteger("SELECT is_public FROM rooms WHERE room_id = ?1", roomId.Value) == 1));

    public ValueTask<IReadOnlyList<RoomId>> ReadPublicRoomsAsync(CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT room_id FROM rooms WHERE is_public = 1", static row => RoomId.Parse(row.GetString(0)))));

    public ValueTask SetListedOnAsync(string network, RoomId roomId, bool isListed, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                writer.Session.Execute(
                    isListed
                        ? "INSERT INTO network_rooms (network, room_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING"
                        : "DELETE FROM network_rooms WHERE network = ?1 AND room_id = ?2",
                    network, roomId.Value);
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<RoomId>> ReadListedOnAsync(string? network, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT DISTINCT room_id FROM network_rooms WHERE ?1 IS NULL OR network = ?1", static row => RoomId.Parse(row.GetString(0)), network)));

    public ValueTask RemoveFromNetworksAsync(RoomId roomId, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => { writer.Session.Execute("DELETE FROM network_rooms WHERE room_id = ?1", roomId.Value); }, cancellationToken);

    internal static bool TryAdd(SqliteSession session, AliasRecord alias) => session.Execute(
        "INSERT INTO aliases (alias, room_id, creator) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        alias.Alias.Value, alias.RoomId.Value, alias.Creator.Value) == 1;

    static AliasRecord Read(SqliteDataReader row) =>
        new(RoomAlias.Parse(row.GetString(0)), RoomId.Parse(row.GetString(1)), UserId.Parse(row.GetString(2)));
}
