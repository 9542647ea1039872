using Hybrid.Primitives;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Streams;
using Hybrid.Storage.Threads;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Threads;

/// <summary>Followed threads in SQLite: table <c>thread_subscriptions</c>.</summary>
public sealed class SqliteThreadSubscriptionStore(SqliteDatabase database) : IThreadSubscriptionStore
{
    const string Columns = "room_id, root_id, subscribed, automatic, position, seen";

    public ValueTask<ThreadSubscription?> FindAsync(UserId userId, RoomId roomId, EventId rootId, CancellationToken cancellationToken) =>
        new(database.Read(session => Find(session, userId, roomId, rootId)?.Subscription));

    public ValueTask<SubscribeOutcome> SubscribeAsync(UserId userId, RoomId roomId, EventId rootId, long? cause, int most, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => Subscribe(writer, userId, roomId, rootId, cause, most), cancellationToken);

    public ValueTask UnsubscribeAsync(UserId userId, RoomId roomId, EventId rootId, long seen, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                if (Find(writer.Session, userId, roomId, rootId) is { Subscription.IsSubscribed: true })
                    Put(writer, userId, roomId, rootId, isSubscribed: false, isAutomatic: false, seen);
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<ThreadSubscription>> ReadChangesAsync(UserId userId, long after, long upTo, int limit, CancellationToken cancellationToken)
    {
        var changes = database.Read(session => session.Query(
            $"SELECT {Columns} FROM thread_subscriptions WHERE user_id = ?1 AND position > ?2 AND position <= ?3 ORDER BY position DESC LIMIT ?4",
            Read, userId.Value, after, upTo, (long)limit));
        changes.Reverse();
        return new(changes);
    }

    public ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => { writer.Session.Execute("DELETE FROM thread_subscriptions WHERE user_id = ?1", userId.Value); }, cancellationToken);

    static SubscribeOutcome Subscribe(SqliteWriter writer, UserId userId, RoomId roomId, EventId rootId, long? cause, int most)
    {
        switch (Find(writer.Session, userId, roomId, rootId))
        {
            case null when writer.Session.QueryInteger("SELECT count(*) FROM thread_subscriptions WHERE user_id = ?1", userId.Value) >= most:
                return SubscribeOutcome.TooMany;
            case { Subscription.IsSubscribed: true } current when !current.Subscription.IsAutomatic || cause is not null:
                return SubscribeOutcome.Subscribed;
            case { Subscription.IsSubscribed: false } ended when cause <= ended.Seen:
                return SubscribeOutcome.Unsubscribed;
        }

        Put(writer, userId, roomId, rootId, isSubscribed: true, isAutomatic: cause is not null, seen: 0);
        return SubscribeOutcome.Subscribed;
    }

    static (ThreadSubscription Subscription, long Seen)? Find(SqliteSession session, UserId userId, RoomId roomId, EventId rootId)
    {
        var found = session.Query(
            $"SELECT {Columns} FROM thread_subscriptions WHERE user_id = ?1 AND room_id = ?2 AND root_id = ?3",
            static row => (Read(row), row.GetInt64(5)), userId.Value, roomId.Value, rootId.Value);
        return found.Count > 0 ? found[0] : null;
    }

    static void Put(SqliteWriter writer, UserId userId, RoomId roomId, EventId rootId, bool isSubscribed, bool isAutomatic, long seen)
    {
        var position = writer.NextPosition(StreamKind.AccountData);
        writer.Session.Execute(
            """
            INSERT INTO thread_subscriptions (user_id, room_id, root_id, subscribed, automatic, seen, position) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (user_id, room_id, root_id) DO UPDATE SET
                subscribed = excluded.subscribed, automatic = excluded.automatic, seen = excluded.seen, position = excluded.position
            """,
            userId.Value, roomId.Value, rootId.Value, isSubscribed ? 1L : 0L, isAutomatic ? 1L : 0L, seen, position);
        writer.Notify(new StreamNotice(StreamKind.AccountData, position) { User = userId, Room = roomId });
    }

    static ThreadSubscription Read(SqliteDataReader row) =>
        new(RoomId.Parse(row.GetString(0)), EventId.Parse(row.GetString(1)), row.GetInt64(2) != 0, row.GetInt64(3) != 0, row.GetInt64(4));
}
