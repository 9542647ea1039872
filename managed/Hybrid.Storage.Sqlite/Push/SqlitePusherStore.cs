using Hybrid.Primitives;
using Hybrid.Storage.Push;
using Hybrid.Storage.Sqlite.Engine;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Push;

/// <summary>Pushers in SQLite.</summary>
public sealed class SqlitePusherStore(SqliteDatabase database) : IPusherStore
{
    const string Columns =
        "number, user_id, app_id, push_key, kind, device_id, app_display_name, device_display_name, profile_tag, lang, data, updated_ts, since, sent_ts, secret";

    public ValueTask<long> ReadPositionAsync(CancellationToken cancellationToken) =>
        new(database.Read(static session => session.QueryInteger("SELECT position FROM push_position") ?? 0));

    public ValueTask<IReadOnlyList<(long Number, UserId UserId)>> ReadAllAsync(CancellationToken cancellationToken) =>
        new(database.Read(static session => session.Query(
            "SELECT number, user_id FROM pushers", static row => (row.GetInt64(0), UserId.Parse(row.GetString(1))))));

    public ValueTask<IReadOnlyList<Pusher>> ListAsync(UserId userId, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query($"SELECT {Columns} FROM pushers WHERE user_id = ?1 ORDER BY number", Read, userId.Value)));

    public ValueTask<Pusher?> FindAsync(long number, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryFirst($"SELECT {Columns} FROM pushers WHERE number = ?1", Read, number)));

    public ValueTask<long?> SetAsync(Pusher pusher, bool append, int most, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => Set(writer.Session, pusher, append, most), cancellationToken);

    public ValueTask RemoveAsync(UserId userId, string appId, string pushKey, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            writer.Session.Execute("DELETE FROM pushers WHERE user_id = ?1 AND app_id = ?2 AND push_key = ?3", userId.Value, appId, pushKey);
        },
        cancellationToken);

    public ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            writer.Session.Execute("DELETE FROM pushers WHERE user_id = ?1", userId.Value);
        },
        cancellationToken);

    public ValueTask EnqueueAsync(IReadOnlyList<QueuedPush> pushes, long position, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            foreach (var push in pushes)
            {
                writer.Session.Execute(
                    """
                    INSERT INTO push_queue (pusher, position, event_id, room_id, queued_ts)
                    SELECT number, ?2, ?3, ?4, ?5 FROM pushers WHERE number = ?1 AND since < ?2 ON CONFLICT DO NOTHING
                    """,
                    push.Pusher, push.Position, push.EventId.Value, push.RoomId.Value, push.QueuedAt.ToUnixTimeMilliseconds());
            }

            foreach (var pusher in pushes.Select(static push => push.Pusher).Distinct())
            {
                writer.Session.Execute(
                    """
                    DELETE FROM push_queue WHERE pusher = ?1 AND position <= (
                        SELECT position FROM push_queue WHERE pusher = ?1 ORDER BY position DESC LIMIT 1 OFFSET ?2)
                    """,
                    pusher, (long)IPusherStore.MostQueued);
            }

            writer.Session.Execute(
                "INSERT INTO push_position (id, position) VALUES (1, ?1) ON CONFLICT DO UPDATE SET position = excluded.position", position);
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<long>> ReadWaitingAsync(CancellationToken cancellationToken) =>
        new(database.Read(static session => session.Query("SELECT DISTINCT pusher FROM push_queue", static row => row.GetInt64(0))));

    public ValueTask<IReadOnlyList<QueuedPush>> ReadQueueAsync(long pusher, int limit, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT pusher, position, event_id, room_id, queued_ts FROM push_queue WHERE pusher = ?1 ORDER BY position LIMIT ?2",
            static row => new QueuedPush(
                row.GetInt64(0), row.GetInt64(1), EventId.Parse(row.GetString(2)), RoomId.Parse(row.GetString(3)),
                DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(4))),
            pusher, (long)limit)));

    public ValueTask DequeueAsync(long pusher, long upTo, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            writer.Session.Execute("DELETE FROM push_queue WHERE pusher = ?1 AND position <= ?2", pusher, upTo);
        },
        cancellationToken);

    public ValueTask NoteSentAsync(long pusher, DateTimeOffset sentAt, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            writer.Session.Execute("UPDATE pushers SET sent_ts = ?2 WHERE number = ?1", pusher, sentAt.ToUnixTimeMilliseconds());
        },
        cancellationToken);

    static long? Set(SqliteSession session, Pusher pusher, bool append, int most)
    {
        var others = session.QueryInteger(
            "SELECT COUNT(*) FROM pushers WHERE user_id = ?1 AND NOT (app_id = ?2 AND push_key = ?3)", pusher.UserId.Value, pusher.AppId, pusher.PushKey);
        if (others >= most)
            return null;
        if (!append)
        {
            session.Execute(
                "DELETE FROM pushers WHERE app_id = ?2 AND push_key = ?3 AND user_id <> ?1", pusher.UserId.Value, pusher.AppId, pusher.PushKey);
        }

        return session.QueryInteger(
            """
            INSERT INTO pushers (user_id, app_id, push_key, kind, device_id, app_display_name, device_display_name, profile_tag, lang, data, updated_ts, since, secret)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
            ON CONFLICT (user_id, app_id, push_key) DO UPDATE SET
                kind = excluded.kind, device_id = excluded.device_id, app_display_name = excluded.app_display_name,
                device_display_name = excluded.device_display_name, profile_tag = excluded.profile_tag, lang = excluded.lang,
                data = excluded.data, updated_ts = excluded.updated_ts
            RETURNING number
            """,
            pusher.UserId.Value, pusher.AppId, pusher.PushKey, pusher.Kind, pusher.DeviceId?.Value, pusher.AppDisplayName, pusher.DeviceDisplayName,
            pusher.ProfileTag, pusher.Lang, pusher.Data, pusher.UpdatedAt.ToUnixTimeMilliseconds(), pusher.Since,
            pusher.Secret);
    }

    static Pusher Read(SqliteDataReader row) =>
        new(row.GetInt64(0), UserId.Parse(row.GetString(1)), row.GetString(2), row.GetString(3), row.GetString(4))
        {
            DeviceId = row.IsDBNull(5) ? null : DeviceId.Parse(row.GetString(5)),
            AppDisplayName = row.GetString(6),
            DeviceDisplayName = row.GetString(7),
            ProfileTag = row.IsDBNull(8) ? null : row.GetString(8),
            Lang = row.GetString(9),
            Data = row.GetString(10),
            UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(11)),
            Since = row.GetInt64(12),
            SentAt = row.IsDBNull(13) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(13)),
            Secret = row.GetString(14),
        };
}
