using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Rooms;

namespace Hybrid.Storage.Postgres.Rooms;

/// <summary>Blocked rooms in PostgreSQL.</summary>
public sealed class PostgresBlockedRoomStore(PostgresDatabase database) : IBlockedRoomStore
{
    public async ValueTask<UserId?> FindBlockerAsync(RoomId roomId, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryTextAsync("SELECT user_id FROM blocked_rooms WHERE room_id = $1", roomId.Value), cancellationToken) is { } blocker
            ? UserId.Parse(blocker)
            : null;

    public async ValueTask BlockAsync(RoomId roomId, UserId administrator, CancellationToken cancellationToken) => await database.ExecuteAsync(
        "INSERT INTO blocked_rooms (room_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", [roomId.Value, administrator.Value], cancellationToken);

    public async ValueTask UnblockAsync(RoomId roomId, CancellationToken cancellationToken) =>
        await database.ExecuteAsync("DELETE FROM blocked_rooms WHERE room_id = $1", [roomId.Value], cancellationToken);
}
