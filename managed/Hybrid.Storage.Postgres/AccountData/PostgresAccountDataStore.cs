using Hybrid.Primitives;
using Hybrid.Storage.AccountData;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Streams;

namespace Hybrid.Storage.Postgres.AccountData;

/// <summary>Account data in PostgreSQL: table <c>account_data</c>.</summary>
public sealed class PostgresAccountDataStore(PostgresDatabase database) : IAccountDataStore
{
    public ValueTask<ReadOnlyMemory<byte>?> FindAsync(UserId userId, RoomId? roomId, string type, CancellationToken cancellationToken) =>
        database.ReadAsync(session => FindAsync(session, userId, roomId, type), cancellationToken);

    public ValueTask PutAsync(UserId userId, RoomId? roomId, string type, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                Put(writer, userId, roomId, type, content);
                return Task.CompletedTask;
            },
            cancellationToken);

    public ValueTask UpdateAsync(
        UserId userId, RoomId? roomId, string type, Func<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?> change, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                if (change(await FindAsync(writer.Session, userId, roomId, type)) is { } content)
                    Put(writer, userId, roomId, type, content);
            },
            cancellationToken);

    public ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                if (await writer.Session.ExecuteAsync("DELETE FROM account_data WHERE user_id = $1", userId.Value) > 0)
                    writer.Notify(new StreamNotice(StreamKind.AccountData, writer.NextPosition(StreamKind.AccountData)) { User = userId });
            },
            cancellationToken);

    public async ValueTask<IReadOnlyList<AccountDataRecord>> ReadChangesAsync(UserId userId, long after, long upTo, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT room_id, type, content, position FROM account_data WHERE user_id = $1 AND position > $2 AND position <= $3 ORDER BY position",
                row => new AccountDataRecord(userId, RoomOf(row.Text(0)), row.Text(1), row.Bytes(2), row.Integer(3)),
                userId.Value, after, upTo),
            cancellationToken);

    static async Task<ReadOnlyMemory<byte>?> FindAsync(PostgresSession session, UserId userId, RoomId? roomId, string type)
    {
        var content = await session.QueryFirstAsync(
            "SELECT content FROM account_data WHERE user_id = $1 AND room_id = $2 AND type = $3",
            static row => row.Bytes(0),
            userId.Value, Key(roomId), type);
        return content is null ? null : (ReadOnlyMemory<byte>?)content;
    }

    static void Put(PostgresWriter writer, UserId userId, RoomId? roomId, string type, ReadOnlyMemory<byte> content)
    {
        var position = writer.NextPosition(StreamKind.AccountData);
        writer.Session.Defer(
            """
            INSERT INTO account_data (user_id, room_id, type, content, position) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (user_id, room_id, type) DO UPDATE SET content = excluded.content, position = excluded.position
            """,
            userId.Value, Key(roomId), type, Sql.Bytes(content), position);
        writer.Notify(new StreamNotice(StreamKind.AccountData, position) { User = userId, Room = roomId });
    }

    static string Key(RoomId? roomId) => roomId?.Value ?? "";

    static RoomId? RoomOf(string key) => key.Length == 0 ? null : RoomId.Parse(key);
}
