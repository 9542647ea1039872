using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Storage.Sqlite.Rooms;

/// <summary>Blocked rooms in SQLite.</summary>
public sealed class SqliteBlockedRoomStore(SqliteDatabase database) : IBlockedRoomStore
{
    public ValueTask<UserId?> FindBlockerAsync(RoomId roomId, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryText("SELECT user_id FROM blocked_rooms WHERE room_id = ?1", roomId.Value)) is { } blocker
            ? UserId.Parse(blocker)
            : null);

    public ValueTask BlockAsync(RoomId roomId, UserId administrator, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            writer.Session.Execute(
                "INSERT INTO blocked_rooms (room_id, user_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING", roomId.Value, administrator.Value);
        },
        cancellationToken);

    public ValueTask UnblockAsync(RoomId roomId, CancellationToken cancellationToken) => database.WriteAsync(
        writer => { writer.Session.Execute("DELETE FROM blocked_rooms WHERE room_id = ?1", roomId.Value); }, cancellationToken);
}
