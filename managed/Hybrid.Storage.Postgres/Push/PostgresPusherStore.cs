using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Push;

namespace Hybrid.Storage.Postgres.Push;

/// <summary>Pushers in PostgreSQL.</summary>
public sealed class PostgresPusherStore(PostgresDatabase database) : IPusherStore
{
    const string Columns =
        "number, user_id, app_id, push_key, kind, device_id, app_display_name, device_display_name, profile_tag, lang, data, updated_ts, since, sent_ts, secret";

    public async ValueTask<long> ReadPositionAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(static session => session.QueryIntegerAsync("SELECT position FROM push_position"), cancellationToken) ?? 0;

    public async ValueTask<IReadOnlyList<(long Number, UserId UserId)>> ReadAllAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(
            static session => session.QueryAsync("SELECT number, user_id FROM pushers", static row => (row.Integer(0), UserId.Parse(row.Text(1)))),
            cancellationToken);

    public async ValueTask<IReadOnlyList<Pusher>> ListAsync(UserId userId, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync($"SELECT {Columns} FROM pushers WHERE user_id = $1 ORDER BY number", Read, userId.Value), cancellationToken);

    public ValueTask<Pusher?> FindAsync(long number, CancellationToken cancellationToken) =>
        database.ReadAsync(session => session.QueryFirstAsync($"SELECT {Columns} FROM pushers WHERE number = $1", Read, number), cancellationToken);

    public ValueTask<long?> SetAsync(Pusher pusher, bool append, int most, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => SetAsync(writer.Session, pusher, append, most), cancellationToken);

    public async ValueTask RemoveAsync(UserId userId, string appId, string pushKey, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            writer => writer.Session.ExecuteAsync(
                "DELETE FROM pushers WHERE user_id = $1 AND app_id = $2 AND push_key = $3", userId.Value, appId, pushKey),
            cancellationToken);

    public async ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            writer => writer.Session.ExecuteAsync("DELETE FROM pushers WHERE user_id = $1", userId.Value), cancellationToken);

    public async ValueTask EnqueueAsync(IReadOnlyList<QueuedPush> pushes, long position, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            writer =>
            {
                var session = writer.Session;
                if (pushes.Count > 0)
                {
                    session.Defer(
                        """
                        INSERT INTO push_queue (pusher, position, event_id, room_id, queued_ts)
                        SELECT p.number, n.position, n.event_id, n.room_id, n.queued_ts
                        FROM unnest($1, $2, $3, $4, $5) AS n (pusher, position, event_id, room_id, queued_ts)
                        JOIN pushers p ON p.number = n.pusher AND p.since < n.position ON CONFLICT DO NOTHING
                        """,
                        Sql.Integers(pushes.Select(static push => push.Pusher)),
                        Sql.Integers(pushes.Select(static push => push.Position)),
                        Sql.Texts(pushes.Select(static push => push.EventId.Value)),
                        Sql.Texts(pushes.Select(static push => push.RoomId.Value)),
                        Sql.Integers(pushes.Select(static push => push.QueuedAt.ToUnixTimeMilliseconds())));
                }

                foreach (var pusher in pushes.Select(static push => push.Pusher).Distinct())
                {
                    session.Defer(
                        """
                        DELETE FROM push_queue WHERE pusher = $1 AND position <= (
                            SELECT position FROM push_queue WHERE pusher = $1 ORDER BY position DESC LIMIT 1 OFFSET $2)
                        """,
                        pusher, (long)IPusherStore.MostQueued);
                }

                return session.ExecuteAsync(
                    "INSERT INTO push_position (id, position) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET position = excluded.position", position);
            },
            cancellationToken);

    public async ValueTask<IReadOnlyList<long>> ReadWaitingAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(
            static session => session.QueryAsync("SELECT DISTINCT pusher FROM push_queue", static row => row.Integer(0)), cancellationToken);

    public async ValueTask<IReadOnlyList<QueuedPush>> ReadQueueAsync(long pusher, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT pusher, position, event_id, room_id, queued_ts FROM push_queue WHERE pusher = $1 ORDER BY position LIMIT $2",
                static row => new QueuedPush(
                    row.Integer(0), row.Integer(1), EventId.Parse(row.Text(2)), RoomId.Parse(row.Text(3)),
                    DateTimeOffset.FromUnixTimeMilliseconds(row.Integer(4))),
                pusher, (long)limit),
            cancellationToken);

    public async ValueTask DequeueAsync(long pusher, long upTo, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            writer => writer.Session.ExecuteAsync("DELETE FROM push_queue WHERE pusher = $1 AND position <= $2", pusher, upTo), cancellationToken);

    public async ValueTask NoteSentAsync(long pusher, DateTimeOffset sentAt, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            writer => writer.Session.ExecuteAsync("UPDATE pushers SET sent_ts = $2 WHERE number = $1", pusher, sentAt.ToUnixTimeMilliseconds()),
            cancellationToken);

    static async Task<long?> SetAsync(PostgresSession session, Pusher pusher, bool append, int most)
    {
        var others = await session.QueryIntegerAsync(
            "SELECT COUNT(*) FROM pushers WHERE user_id = $1 AND NOT (app_id = $2 AND push_key = $3)", pusher.UserId.Value, pusher.AppId, pusher.PushKey);
        if (others >= most)
            return null;
        if (!append)
        {
            session.Defer(
                "DELETE FROM pushers WHERE app_id = $2 AND push_key = $3 AND user_id <> $1", pusher.UserId.Value, pusher.AppId, pusher.PushKey);
        }

        return await session.QueryIntegerAsync(
            """
            INSERT INTO pushers (user_id, app_id, push_key, kind, device_id, app_display_name, device_display_name, profile_tag, lang, data, updated_ts, since, secret)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
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

    static Pusher Read(Row row) => new(row.Integer(0), UserId.Parse(row.Text(1)), row.Text(2), row.Text(3), row.Text(4))
    {
        DeviceId = row.IsNull(5) ? null : DeviceId.Parse(row.Text(5)),
        AppDisplayName = row.Text(6),
        DeviceDisplayName = row.Text(7),
        ProfileTag = row.OptionalText(8),
        Lang = row.Text(9),
        Data = row.Text(10),
        UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.Integer(11)),
        Since = row.Integer(12),
        SentAt = row.OptionalInteger(13) is { } sent ? DateTimeOffset.FromUnixTimeMilliseconds(sent) : null,
        Secret = row.Text(14),
    };
}
