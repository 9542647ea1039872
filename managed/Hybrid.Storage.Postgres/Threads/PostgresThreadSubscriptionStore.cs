using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Streams;
using Hybrid.Storage.Threads;

namespace Hybrid.Storage.Postgres.Threads;

/// <summary>Followed threads in PostgreSQL: table <c>thread_subscriptions</c>.</summary>
public sealed class PostgresThreadSubscriptionStore(PostgresDatabase database) : IThreadSubscriptionStore
{
    const string Columns = "room_id, root_id, subscribed, automatic, position, seen";

    public async ValueTask<ThreadSubscription?> FindAsync(UserId userId, RoomId roomId, EventId rootId, CancellationToken cancellationToken) =>
        (await database.ReadAsync(session => FindAsync(session, userId, roomId, rootId), cancellationToken))?.Subscription;

    public ValueTask<SubscribeOutcome> SubscribeAsync(UserId userId, RoomId roomId, EventId rootId, long? cause, int most, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => SubscribeAsync(writer, userId, roomId, rootId, cause, most), cancellationToken);

    public ValueTask UnsubscribeAsync(UserId userId, RoomId roomId, EventId rootId, long seen, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                if (await FindAsync(writer.Session, userId, roomId, rootId) is { Subscription.IsSubscribed: true })
                    await PutAsync(writer, userId, roomId, rootId, isSubscribed: false, isAutomatic: false, seen);
            },
            cancellationToken);

    public async ValueTask<IReadOnlyList<ThreadSubscription>> ReadChangesAsync(UserId userId, long after, long upTo, int limit, CancellationToken cancellationToken)
    {
        var changes = await database.ReadAsync(
            session => session.QueryAsync(
                $"SELECT {Columns} FROM thread_subscriptions WHERE user_id = $1 AND position > $2 AND position <= $3 ORDER BY position DESC LIMIT $4",
                Read, userId.Value, after, upTo, (long)limit),
            cancellationToken);
        changes.Reverse();
        return changes;
    }

    public async ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken) =>
        await database.ExecuteAsync("DELETE FROM thread_subscriptions WHERE user_id = $1", [userId.Value], cancellationToken);

    static async Task<SubscribeOutcome> SubscribeAsync(PostgresWriter writer, UserId userId, RoomId roomId, EventId rootId, long? cause, int most)
    {
        switch (await FindAsync(writer.Session, userId, roomId, rootId))
        {
            case null when await writer.Session.QueryIntegerAsync("SELECT count(*) FROM thread_subscriptions WHERE user_id = $1", userId.Value) >= most:
                return SubscribeOutcome.TooMany;
            case { Subscription.IsSubscribed: true } current when !current.Subscription.IsAutomatic || cause is not null:
                return SubscribeOutcome.Subscribed;
            case { Subscription.IsSubscribed: false } ended when cause <= ended.Seen:
                return SubscribeOutcome.Unsubscribed;
        }

        await PutAsync(writer, userId, roomId, rootId, isSubscribed: true, isAutomatic: cause is not null, seen: 0);
        return SubscribeOutcome.Subscribed;
    }

    static async Task<(ThreadSubscription Subscription, long Seen)?> FindAsync(PostgresSession session, UserId userId, RoomId roomId, EventId rootId)
    {
        var found = await session.QueryAsync(
            $"SELECT {Columns} FROM thread_subscriptions WHERE user_id = $1 AND room_id = $2 AND root_id = $3",
            static row => (Read(row), row.Integer(5)), userId.Value, roomId.Value, rootId.Value);
        return found.Count > 0 ? found[0] : null;
    }

    static async Task PutAsync(PostgresWriter writer, UserId userId, RoomId roomId, EventId rootId, bool isSubscribed, bool isAutomatic, long seen)
    {
        var position = writer.NextPosition(StreamKind.AccountData);
        await writer.Session.ExecuteAsync(
            """
            INSERT INTO thread_subscriptions (user_id, room_id, root_id, subscribed, automatic, seen, position) VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (user_id, room_id, root_id) DO UPDATE SET
                subscribed = excluded.subscribed, automatic = excluded.automatic, seen = excluded.seen, position = excluded.position
            """,
            userId.Value, roomId.Value, rootId.Value, isSubscribed, isAutomatic, seen, position);
        writer.Notify(new StreamNotice(StreamKind.AccountData, position) { User = userId, Room = roomId });
    }

    static ThreadSubscription Read(Row row) => new(RoomId.Parse(row.Text(0)), EventId.Parse(row.Text(1)), row.Flag(2), row.Flag(3), row.Integer(4));
}
