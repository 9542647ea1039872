using Hybrid.Primitives;
using Hybrid.Storage.KeyBackup;
using Hybrid.Storage.Sqlite.Engine;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.KeyBackup;

/// <inheritdoc cref="IKeyBackupStore"/>
public sealed class SqliteKeyBackupStore(SqliteDatabase database) : IKeyBackupStore
{
    public ValueTask<long> CreateVersionAsync(UserId userId, string algorithm, ReadOnlyMemory<byte> authData, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                var version = 1 + (writer.Session.QueryInteger("SELECT MAX(version) FROM key_backups WHERE user_id = ?1", userId.Value) ?? 0);
                writer.Session.Execute(
                    "INSERT INTO key_backups (user_id, version, algorithm, auth_data) VALUES (?1, ?2, ?3, ?4)",
                    userId.Value, version, algorithm, authData.ToArray());
                return version;
            },
            cancellationToken);

    public ValueTask<KeyBackupVersion?> FindVersionAsync(UserId userId, long? version, CancellationToken cancellationToken) =>
        new(database.Read(session => Find(session, userId, version)));

    public ValueTask<KeyBackupUpdate> UpdateVersionAsync(
        UserId userId, long version, string algorithm, ReadOnlyMemory<byte> authData, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                if (Find(writer.Session, userId, version) is not { } stored)
                    return KeyBackupUpdate.NotFound;
                if (stored.Algorithm != algorithm)
                    return KeyBackupUpdate.OtherAlgorithm;

                writer.Session.Execute(
                    "UPDATE key_backups SET auth_data = ?3 WHERE user_id = ?1 AND version = ?2", userId.Value, version, authData.ToArray());
                return KeyBackupUpdate.Updated;
            },
            cancellationToken);

    public ValueTask<bool> DeleteVersionAsync(UserId userId, long version, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                writer.Session.Execute("DELETE FROM key_backup_sessions WHERE user_id = ?1 AND version = ?2", userId.Value, version);
                return writer.Session.Execute(
                    "UPDATE key_backups SET deleted = 1, auth_data = x'', session_count = 0 WHERE user_id = ?1 AND version = ?2",
                    userId.Value, version) > 0;
            },
            cancellationToken);

    public ValueTask<KeyBackupOutcome> StoreSessionsAsync(
        UserId userId, long version, IReadOnlyList<BackedUpSession> sessions, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                var session = writer.Session;
                if (Find(session, userId, version) is null)
                    return new KeyBackupOutcome(null, null);
                if (Find(session, userId, null) is { } current && current.Version != version)
                    return new KeyBackupOutcome(null, current.Version);

                var (added, replaced) = (0L, 0L);
                foreach (var backedUp in sessions)
                {
                    var stored = FindSession(session, userId, version, backedUp.RoomId, backedUp.SessionId);
                    if (stored is not null && !backedUp.Replaces(stored))
                        continue;

                    StoreSession(session, userId, version, backedUp);
                    if (stored is null)
                        added++;
                    else
                        replaced++;
                }

                return new KeyBackupOutcome(Count(session, userId, version, added, added + replaced > 0), version);
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<BackedUpSession>> ReadSessionsAsync(
        UserId userId, long version, RoomId? roomId, string? sessionId, CancellationToken cancellationToken) =>
        new(database.Read<IReadOnlyList<BackedUpSession>>(session => (roomId, sessionId) switch
        {
            (null, _) => session.Query(
                """
                SELECT room_id, session_id, first_message_index, forwarded_count, is_verified, session_data FROM key_backup_sessions
                WHERE user_id = ?1 AND version = ?2 ORDER BY room_id
                """,
                ReadSession, userId.Value, version),
            ({ } room, null) => session.Query(
                """
                SELECT room_id, session_id, first_message_index, forwarded_count, is_verified, session_data FROM key_backup_sessions
                WHERE user_id = ?1 AND version = ?2 AND room_id = ?3
                """,
                ReadSession, userId.Value, version, room.Value),
            ({ } room, { } id) => FindSession(session, userId, version, room, id) is { } found ? [found] : [],
        }));

    public ValueTask<KeyBackupState?> DeleteSessionsAsync(
        UserId userId, long version, RoomId? roomId, string? sessionId, CancellationToken cancellationToken) =>
        database.WriteAsync<KeyBackupState?>(
            writer =>
            {
                var session = writer.Session;
                if (Find(session, userId, version) is null)
                    return null;

                var deleted = (roomId, sessionId) switch
                {
                    (null, _) => session.Execute("DELETE FROM key_backup_sessions WHERE user_id = ?1 AND version = ?2", userId.Value, version),
                    ({ } room, null) => session.Execute(
                        "DELETE FROM key_backup_sessions WHERE user_id = ?1 AND version = ?2 AND room_id = ?3", userId.Value, version, room.Value),
                    ({ } room, { } id) => session.Execute(
                        "DELETE FROM key_backup_sessions WHERE user_id = ?1 AND version = ?2 AND room_id = ?3 AND session_id = ?4",
                        userId.Value, version, room.Value, id),
                };
                return Count(session, userId, version, -deleted, deleted > 0);
            },
            cancellationToken);

    public ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                writer.Session.Execute("DELETE FROM key_backup_sessions WHERE user_id = ?1", userId.Value);
                writer.Session.Execute("DELETE FROM key_backups WHERE user_id = ?1", userId.Value);
            },
            cancellationToken);

    static KeyBackupVersion? Find(SqliteSession session, UserId userId, long? version) => version is { } number
        ? session.QueryFirst(
            "SELECT version, algorithm, auth_data, session_count, etag FROM key_backups WHERE user_id = ?1 AND version = ?2 AND deleted = 0",
            ReadVersion, userId.Value, number)
        : session.QueryFirst(
            "SELECT version, algorithm, auth_data, session_count, etag FROM key_backups WHERE user_id = ?1 AND deleted = 0 ORDER BY version DESC LIMIT 1",
            ReadVersion, userId.Value);

    static KeyBackupVersion ReadVersion(SqliteDataReader row) =>
        new(row.GetInt64(0), row.GetString(1), row.GetFieldValue<byte[]>(2), row.GetInt64(3), row.GetInt64(4));

    static BackedUpSession? FindSession(SqliteSession session, UserId userId, long version, RoomId roomId, string sessionId) => session.QueryFirst(
        """
        SELECT room_id, session_id, first_message_index, forwarded_count, is_verified, session_data FROM key_backup_sessions
        WHERE user_id = ?1 AND version = ?2 AND room_id = ?3 AND session_id = ?4
        """,
        ReadSession, userId.Value, version, roomId.Value, sessionId);

    static BackedUpSession ReadSession(SqliteDataReader row) => new(
        RoomId.Parse(row.GetString(0)), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetBoolean(4), row.GetFieldValue<byte[]>(5));

    static void StoreSession(SqliteSession session, UserId userId, long version, BackedUpSession backedUp) => session.Execute(
        """
        INSERT INTO key_backup_sessions
            (user_id, version, room_id, session_id, first_message_index, forwarded_count, is_verified, session_data)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (user_id, version, room_id, session_id) DO UPDATE SET
            first_message_index = excluded.first_message_index, forwarded_count = excluded.forwarded_count,
            is_verified = excluded.is_verified, session_data = excluded.session_data
        """,
        userId.Value, version, backedUp.RoomId.Value, backedUp.SessionId,
        backedUp.FirstMessageIndex, backedUp.ForwardedCount, backedUp.IsVerified, backedUp.SessionData.ToArray());

    static KeyBackupState Count(SqliteSession session, UserId userId, long version, long added, bool changed)
    {
        if (changed)
        {
            session.Execute(
                "UPDATE key_backups SET session_count = session_count + ?3, etag = etag + 1 WHERE user_id = ?1 AND version = ?2",
                userId.Value, version, added);
        }

        var backup = Find(session, userId, version)!;
        return new KeyBackupState(backup.Count, backup.ETag);
    }
}
