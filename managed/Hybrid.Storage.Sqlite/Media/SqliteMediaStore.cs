using Hybrid.Primitives;
using Hybrid.Storage.Media;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Sqlite.Rooms;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Media;

/// <summary>Local media in the embedded database.</summary>
public sealed class SqliteMediaStore(SqliteDatabase database) : IMediaStore
{
    const string Columns =
        "m.media_id, m.owner, m.created_ts, m.expires_ts, m.sha256, m.length, m.content_type, m.file_name, m.uploaded_ts, m.is_public, q.user_id "
        + "FROM media m LEFT JOIN quarantined_media q ON q.sha256 = m.sha256";

    const string Usage = "SELECT COALESCE(SUM(length), 0) FROM media WHERE owner = ?1";

    public ValueTask<MediaRecord?> FindAsync(MediaId id, CancellationToken cancellationToken) =>
        ValueTask.FromResult(database.Read(session => Find(session, id)));

    public ValueTask<bool> TryAddAsync(MediaId id, UserId owner, MediaContent content, long? quotaBytes, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                if (IsOverQuota(writer.Session, owner, content, quotaBytes))
                    return false;

                writer.Session.Execute(
                    """
                    INSERT INTO media (media_id, owner, created_ts, uploaded_ts, sha256, length, content_type, file_name, is_public)
                    VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8)
                    """,
                    id.Value, owner.Value, content.UploadedTs, content.Sha256, content.Length, content.ContentType, content.FileName,
                    content.IsPublic ? 1L : 0L);
                return true;
            },
            cancellationToken);

    public ValueTask<long?> ReserveAsync(
        MediaId id, UserId owner, long nowTs, long expiresTs, int maxPending, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                var session = writer.Session;
                session.Execute("DELETE FROM media WHERE sha256 IS NULL AND expires_ts <= ?1", nowTs);
                var pending = session.QueryInteger("SELECT COUNT(*) FROM media WHERE owner = ?1 AND length IS NULL", owner.Value);
                if (pending >= maxPending)
                    return session.QueryInteger("SELECT MIN(expires_ts) FROM media WHERE owner = ?1 AND length IS NULL", owner.Value) ?? expiresTs;

                session.Execute(
                    "INSERT INTO media (media_id, owner, created_ts, expires_ts) VALUES (?1, ?2, ?3, ?4)",
                    id.Value, owner.Value, nowTs, expiresTs);
                return (long?)null;
            },
            cancellationToken);

    public ValueTask<MediaFilling> FillAsync(
        MediaId id, UserId owner, MediaContent content, long? quotaBytes, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                var session = writer.Session;
                var record = Find(session, id);
                if (record is null || record.IsExpired(content.UploadedTs))
                    return MediaFilling.Unknown;
                if (record.Owner != owner)
                    return MediaFilling.NotOwner;
                if (record.Content is not null)
                    return MediaFilling.AlreadyFilled;
                if (IsOverQuota(session, owner, content, quotaBytes))
                    return MediaFilling.QuotaExceeded;

                session.Execute(
                    """
                    UPDATE media SET uploaded_ts = ?2, sha256 = ?3, length = ?4, content_type = ?5, file_name = ?6, is_public = ?7
                    WHERE media_id = ?1
                    """,
                    id.Value, content.UploadedTs, content.Sha256, content.Length, content.ContentType, content.FileName,
                    content.IsPublic ? 1L : 0L);
                return MediaFilling.Filled;
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<MediaRecord>> ListAsync(UserId owner, int skip, int limit, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            $"SELECT {Columns} WHERE m.owner = ?1 AND m.sha256 IS NOT NULL ORDER BY m.uploaded_ts DESC, m.media_id LIMIT ?3 OFFSET ?2",
            ReadRecord, owner.Value, (long)skip, (long)limit)));

    public ValueTask<long> CountAsync(UserId owner, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryInteger("SELECT COUNT(*) FROM media WHERE owner = ?1 AND sha256 IS NOT NULL", owner.Value) ?? 0));

    public ValueTask<int> QuarantineAsync(
        IReadOnlyCollection<string> hashes, UserId administrator, long nowTs, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer => writer.Session.Execute(
                "INSERT INTO quarantined_media (sha256, user_id, quarantined_ts) SELECT value, ?2, ?3 FROM json_each(?1) WHERE true ON CONFLICT DO NOTHING",
                JsonList.Of(hashes), administrator.Value, nowTs),
            cancellationToken);

    public ValueTask<bool> ReleaseAsync(string sha256, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => writer.Session.Execute("DELETE FROM quarantined_media WHERE sha256 = ?1", sha256) > 0, cancellationToken);

    public ValueTask DeleteAsync(MediaId id, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            writer.Session.Execute("DELETE FROM media WHERE media_id = ?1", id.Value);
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<string>> DeleteAllAsync(UserId owner, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<string>>(
            writer =>
            {
                var deleted = writer.Session.Query(
                    "DELETE FROM media WHERE owner = ?1 RETURNING sha256", static row => row.IsDBNull(0) ? null : row.GetString(0), owner.Value);
                return [.. deleted.OfType<string>().Distinct()];
            },
            cancellationToken);

    public ValueTask<bool> IsUsedAsync(string sha256, CancellationToken cancellationToken) =>
        ValueTask.FromResult(database.Read(session => session.QueryInteger(
            "SELECT 1 FROM media WHERE sha256 = ?1 UNION ALL SELECT 1 FROM remote_media WHERE sha256 = ?1", sha256) is not null));

    public ValueTask<long> ReadUsageAsync(UserId owner, CancellationToken cancellationToken) =>
        ValueTask.FromResult(database.Read(session => session.QueryInteger(Usage, owner.Value) ?? 0));

    static bool IsOverQuota(SqliteSession session, UserId owner, MediaContent content, long? quotaBytes) =>
        quotaBytes is { } quota && (session.QueryInteger(Usage, owner.Value) ?? 0) + content.Length > quota;

    static MediaRecord? Find(SqliteSession session, MediaId id) =>
        session.QueryFirst(
            $"SELECT {Columns} WHERE m.media_id = ?1",
            ReadRecord, id.Value);

    static MediaRecord ReadRecord(SqliteDataReader row) => new(
        MediaId.Parse(row.GetString(0)),
        UserId.Parse(row.GetString(1)),
        row.GetInt64(2),
        row.IsDBNull(3) ? null : row.GetInt64(3),
        row.IsDBNull(4)
            ? null
            : new MediaContent(
                row.GetString(4), row.GetInt64(5), row.GetString(6), row.IsDBNull(7) ? null : row.GetString(7), row.GetInt64(8),
                row.GetInt64(9) != 0)
            {
                QuarantinedBy = row.IsDBNull(10) ? null : UserId.Parse(row.GetString(10)),
            });
}
