using Hybrid.Primitives;
using Hybrid.Storage.AccountData;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Streams;

namespace Hybrid.Storage.Sqlite.AccountData;

/// <summary>Account data in SQLite: table <c>account_data</c>.</summary>
public sealed class SqliteAccountDataStore(SqliteDatabase database) : IAccountDataStore
{
    public ValueTask<ReadOnlyMemory<byte>?> FindAsync(UserId userId, RoomId? roomId, string type, CancellationToken cancellationToken) =>
        ValueTask.FromResult(database.Read(session => Find(session, userId, roomId, type)));

    public ValueTask PutAsync(UserId userId, RoomId? roomId, string type, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => Put(writer, userId, roomId, type, content), cancellationToken);

    public ValueTask UpdateAsync(
        UserId userId, RoomId? roomId, string type, Func<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?> change, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                if (change(Find(writer.Session, userId, roomId, type)) is { } content)
                    Put(writer, userId, roomId, type, content);
            },
            cancellationToken);

    public ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                if (writer.Session.Execute("DELETE FROM account_data WHERE user_id = ?1", userId.Value) > 0)
                    writer.Notify(new StreamNotice(StreamKind.AccountData, writer.NextPosition(StreamKind.AccountData)) { User = userId });
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<AccountDataRecord>> ReadChangesAsync(UserId userId, long after, long upTo, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<AccountDataRecord>>(database.Read(session => session.Query(
            "SELECT room_id, type, content, position FROM account_data WHERE user_id = ?1 AND position > ?2 AND position <= ?3 ORDER BY position",
            row => new AccountDataRecord(userId, RoomOf(row.GetString(0)), row.GetString(1), row.GetFieldValue<byte[]>(2), row.GetInt64(3)),
            userId.Value, after, upTo)));

    static ReadOnlyMemory<byte>? Find(SqliteSession session, UserId userId, RoomId? roomId, string type)
    {
        var content = session.QueryFirst(
            "SELECT content FROM account_data WHERE user_id = ?1 AND room_id = ?2 AND type = ?3",
            static row => row.GetFieldValue<byte[]>(0),
            userId.Value, Key(roomId), type);
        return content is null ? null : (ReadOnlyMemory<byte>?)content;
    }

    static void Put(SqliteWriter writer, UserId userId, RoomId? roomId, string type, ReadOnlyMemory<byte> content)
    {
        var position = writer.NextPosition(StreamKind.AccountData);
        writer.Session.Execute(
            """
            INSERT INTO account_data (user_id, room_id, type, content, position) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (user_id, room_id, type) DO UPDATE SET content = excluded.content, position = excluded.position
            """,
            userId.Value, Key(roomId), type, content.ToArray(), position);
        writer.Notify(new StreamNotice(StreamKind.AccountData, position) { User = userId, Room = roomId });
    }

    static string Key(RoomId? roomId) => roomId?.Value ?? "";

    static RoomId? RoomOf(string key) => key.Length == 0 ? null : RoomId.Parse(key);
}
