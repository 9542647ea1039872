using Hybrid.Primitives;
using Hybrid.Storage.KeyBackup;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.KeyBackup;

/// <inheritdoc cref="IKeyBackupStore"/>
public sealed class PostgresKeyBackupStore(PostgresDatabase database) : IKeyBackupStore
{
    const string SessionColumns = "room_id, session_id, first_message_index, forwarded_count, is_verified, session_data";

    public ValueTask<long> CreateVersionAsync(UserId userId, string algorithm, ReadOnlyMemory<byte> authData, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                var version = 1 + (await writer.Session.QueryIntegerAsync("SELECT MAX(version) FROM key_backups WHERE user_id = $1", userId.Value) ?? 0);
                await writer.Session.ExecuteAsync(
                    "INSERT INTO key_backups (user_id, version, algorithm, auth_data) VALUES ($1, $2, $3, $4)",
                    userId.Value, version, algorithm, Sql.Bytes(authData));
                return version;
            },
            cancellationToken);

    public ValueTask<KeyBackupVersion?> FindVersionAsync(UserId userId, long? version, CancellationToken cancellationToken) =>
        database.ReadAsync(session => FindAsync(session, userId, version), cancellationToken);

    public ValueTask<KeyBackupUpdate> UpdateVersionAsync(
        UserId userId, long version, string algorithm, ReadOnlyMemory<byte> authData, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                if (await FindAsync(writer.Session, userId, version) is not { } stored)
                    return KeyBackupUpdate.NotFound;
                if (stored.Algorithm != algorithm)
                    return KeyBackupUpdate.OtherAlgorithm;

                await writer.Session.ExecuteAsync(
                    "UPDATE key_backups SET auth_data = $3 WHERE user_id = $1 AND version = $2", userId.Value, version, Sql.Bytes(authData));
                return KeyBackupUpdate.Updated;
            },
            cancellationToken);

    public ValueTask<bool> DeleteVersionAsync(UserId userId, long version, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                writer.Session.Defer("DELETE FROM key_backup_sessions WHERE user_id = $1 AND version = $2", userId.Value, version);
                return await writer.Session.ExecuteAsync(
                    "UPDATE key_backups SET deleted = true, auth_data = '', session_count = 0 WHERE user_id = $1 AND version = $2",
                    userId.Value, version) > 0;
            },
            cancellationToken);

    public ValueTask<KeyBackupOutcome> StoreSessionsAsync(
        UserId userId, long version, IReadOnlyList<BackedUpSession> sessions, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => StoreSessionsAsync(writer.Session, userId, version, sessions), cancellationToken);

    public async ValueTask<IReadOnlyList<BackedUpSession>> ReadSessionsAsync(
        UserId userId, long version, RoomId? roomId, string? sessionId, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                $"""
                SELECT {SessionColumns} FROM key_backup_sessions
                WHERE user_id = $1 AND version = $2 AND ($3::text IS NULL OR room_id = $3) AND ($3::text IS NULL OR $4::text IS NULL OR session_id = $4)
                ORDER BY room_id
                """,
                ReadSession, userId.Value, version, roomId?.Value, sessionId),
            cancellationToken);

    public ValueTask<KeyBackupState?> DeleteSessionsAsync(
        UserId userId, long version, RoomId? roomId, string? sessionId, CancellationToken cancellationToken) =>
        database.WriteAsync<KeyBackupState?>(
            async writer =>
            {
                var session = writer.Session;
                if (await FindAsync(session, userId, version) is null)
                    return null;

                var deleted = await session.ExecuteAsync(
                    """
                    DELETE FROM key_backup_sessions
                    WHERE user_id = $1 AND version = $2 AND ($3::text IS NULL OR room_id = $3) AND ($3::text IS NULL OR $4::text IS NULL OR session_id = $4)
                    """,
                    userId.Value, version, roomId?.Value, sessionId);
                return await CountAsync(session, userId, version, -deleted, deleted > 0);
            },
            cancellationToken);

    public ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                writer.Session.Defer("DELETE FROM key_backup_sessions WHERE user_id = $1", userId.Value);
                await writer.Session.ExecuteAsync("DELETE FROM key_backups WHERE user_id = $1", userId.Value);
            },
            cancellationToken);

    static async Task<KeyBackupOutcome> StoreSessionsAsync(
        PostgresSession session, UserId userId, long version, IReadOnlyList<BackedUpSession> sessions)
    {
        if (await FindAsync(session, userId, version) is null)
            return new KeyBackupOutcome(null, null);
        if (await FindAsync(session, userId, null) is { } current && current.Version != version)
            return new KeyBackupOutcome(null, current.Version);

        var known = (await session.QueryAsync(
            $"""
            SELECT {SessionColumns} FROM key_backup_sessions JOIN unnest($3, $4) AS n (room, id) ON room_id = n.room AND session_id = n.id
            WHERE user_id = $1 AND version = $2
            """,
            ReadSession, userId.Value, version,
            Sql.Texts(sessions.Select(static entry => entry.RoomId.Value)), Sql.Texts(sessions.Select(static entry => entry.SessionId))))
            .DistinctBy(Key).ToDictionary(Key);
        var (before, stored) = (known.Count, new HashSet<(RoomId, string)>());
        foreach (var backedUp in sessions)
        {
            if (known.TryGetValue(Key(backedUp), out var earlier) && !backedUp.Replaces(earlier))
                continue;

            known[Key(backedUp)] = backedUp;
            stored.Add(Key(backedUp));
        }

        if (stored.Count > 0)
            Store(session, userId, version, [.. stored.Select(key => known[key])]);
        return new KeyBackupOutcome(await CountAsync(session, userId, version, known.Count - before, stored.Count > 0), version);
    }

    static (RoomId RoomId, string SessionId) Key(BackedUpSession session) => (session.RoomId, session.SessionId);

    static Task<KeyBackupVersion?> FindAsync(PostgresSession session, UserId userId, long? version) => version is { } number
        ? session.QueryFirstAsync(
            "SELECT version, algorithm, auth_data, session_count, etag FROM key_backups WHERE user_id = $1 AND version = $2 AND NOT deleted",
            ReadVersion, userId.Value, number)
        : session.QueryFirstAsync(
            "SELECT version, algorithm, auth_data, session_count, etag FROM key_backups WHERE user_id = $1 AND NOT deleted ORDER BY version DESC LIMIT 1",
            ReadVersion, userId.Value);

    static KeyBackupVersion ReadVersion(Row row) => new(row.Integer(0), row.Text(1), row.Bytes(2), row.Integer(3), row.Integer(4));

    static BackedUpSession ReadSession(Row row) =>
        new(RoomId.Parse(row.Text(0)), row.Text(1), row.Integer(2), row.Integer(3), row.Flag(4), row.Bytes(5));

    static void Store(PostgresSession session, UserId userId, long version, IReadOnlyList<BackedUpSession> sessions) => session.Defer(
        $"""
        INSERT INTO key_backup_sessions (user_id, version, {SessionColumns}) SELECT $1, $2, n.* FROM unnest($3, $4, $5, $6, $7, $8) AS n
        ON CONFLICT (user_id, version, room_id, session_id) DO UPDATE SET
            first_message_index = excluded.first_message_index, forwarded_count = excluded.forwarded_count,
            is_verified = excluded.is_verified, session_data = excluded.session_data
        """,
        userId.Value, version,
        Sql.Texts(sessions.Select(static entry => entry.RoomId.Value)),
        Sql.Texts(sessions.Select(static entry => entry.SessionId)),
        Sql.Integers(sessions.Select(static entry => entry.FirstMessageIndex)),
        Sql.Integers(sessions.Select(static entry => entry.ForwardedCount)),
        Sql.Flags(sessions.Select(static entry => entry.IsVerified)),
        Sql.ByteArrays(sessions.Select(static entry => entry.SessionData)));

    static async Task<KeyBackupState> CountAsync(PostgresSession session, UserId userId, long version, long added, bool changed)
    {
        if (changed)
        {
            session.Defer(
                "UPDATE key_backups SET session_count = session_count + $3, etag = etag + 1 WHERE user_id = $1 AND version = $2",
                userId.Value, version, added);
        }

        var backup = (await FindAsync(session, userId, version))!;
        return new KeyBackupState(backup.Count, backup.ETag);
    }
}
