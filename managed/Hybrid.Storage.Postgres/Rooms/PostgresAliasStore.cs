using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Rooms;

namespace Hybrid.Storage.Postgres.Rooms;

/// <summary>Local aliases, and which rooms are listed.</summary>
public sealed class PostgresAliasStore(PostgresDatabase database) : IAliasStore
{
    public ValueTask<AliasRecord?> FindAsync(RoomAlias alias, CancellationToken cancellationToken) =>
        database.ReadAsync(
            session => session.QueryFirstAsync("SELECT alias, room_id, creator FROM aliases WHERE alias = $1", Read, alias.Value), cancellationToken);

    public async ValueTask<IReadOnlyList<AliasRecord>> ReadByRoomAsync(RoomId roomId, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync("SELECT alias, room_id, creator FROM aliases WHERE room_id = $1 ORDER BY alias", Read, roomId.Value),
            cancellationToken);

    public async ValueTask<bool> TryAddAsync(AliasRecord alias, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "INSERT INTO aliases (alias, room_id, creator) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            [alias.Alias.Value, alias.RoomId.Value, alias.Creator.Value], cancellationToken) == 1;

    public async ValueTask RemoveAsync(RoomAlias alias, CancellationToken cancellationToken) =>
        await database.ExecuteAsync("DELETE FROM aliases WHERE alias = $1", [alias.Value], cancellationToken);

    public ValueTask MoveAsync(RoomId from, RoomId to, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                await writer.Session.ExecuteAsync("UPDATE aliases SET room_id = $2 WHERE room_id = $1", from.Value, to.Value);
                if (await writer.Session.ExecuteAsync("UPDATE rooms SET is_public = false WHERE room_id = $1 AND is_public", from.Value) > 0)
                    await writer.Session.ExecuteAsync("UPDATE rooms SET is_public = true WHERE room_id = $1", to.Value);
            },
            cancellationToken);

    public async ValueTask SetPublicAsync(RoomId roomId, bool isPublic, CancellationToken cancellationToken) =>
        await database.ExecuteAsync("UPDATE rooms SET is_public = $2 WHERE room_id = $1", [roomId.Value, isPublic], cancellationToken);

    public ValueTask<bool> IsPublicAsync(RoomId roomId, CancellationToken cancellationToken) =>
        database.ReadAsync(session => session.AnyAsync("SELECT 1 FROM rooms WHERE room_id = $1 AND is_public", roomId.Value), cancellationToken);

    public async ValueTask<IReadOnlyList<RoomId>> ReadPublicRoomsAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(
            static session => session.QueryAsync("SELECT room_id FROM rooms WHERE is_public", static row => RoomId.Parse(row.Text(0))), cancellationToken);

    public async ValueTask SetListedOnAsync(string network, RoomId roomId, bool isListed, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            isListed
                ? "INSERT INTO network_rooms (network, room_id) VALUES ($1, $2) ON CONFLICT DO NOTHING"
                : "DELETE FROM network_rooms WHERE network = $1 AND room_id = $2",
            [network, roomId.Value], cancellationToken);

    public async ValueTask<IReadOnlyList<RoomId>> ReadListedOnAsync(string? network, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT DISTINCT room_id FROM network_rooms WHERE $1::text IS NULL OR network = $1", static row => RoomId.Parse(row.Text(0)), network),
            cancellationToken);

    public async ValueTask RemoveFromNetworksAsync(RoomId roomId, CancellationToken cancellationToken) =>
        await database.ExecuteAsync("DELETE FROM network_rooms WHERE room_id = $1", [roomId.Value], cancellationToken);

    static AliasRecord Read(Row row) => new(RoomAlias.Parse(row.Text(0)), RoomId.Parse(row.Text(1)), UserId.Parse(row.Text(2)));
}
