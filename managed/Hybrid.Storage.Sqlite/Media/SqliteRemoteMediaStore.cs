using Hybrid.Primitives;
using Hybrid.Storage.Media;
using Hybrid.Storage.Sqlite.Engine;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Media;

/// <summary>Other servers' media in the embedded database.</summary>
public sealed class SqliteRemoteMediaStore(SqliteDatabase database) : IRemoteMediaStore
{
    public ValueTask<MediaContent?> FindAsync(RemoteMediaKey key, CancellationToken cancellationToken) => new(database.Read(session => session.QueryFirst(
        """
        SELECT m.sha256, m.length, m.content_type, m.file_name, m.fetched_ts, m.is_public, q.user_id
        FROM remote_media m LEFT JOIN quarantined_media q ON q.sha256 = m.sha256 WHERE m.server = ?1 AND m.media_id = ?2
        """,
        Read, key.Server.Value, key.Id.Value)));

    public ValueTask SetAsync(RemoteMediaKey key, MediaContent content, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            writer.Session.Execute(
                """
                INSERT OR REPLACE INTO remote_media (server, media_id, sha256, length, content_type, file_name, fetched_ts, accessed_ts, is_public)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8)
                """,
                key.Server.Value, key.Id.Value, content.Sha256, content.Length, content.ContentType, content.FileName, content.UploadedTs,
                content.IsPublic ? 1L : 0L);
        },
        cancellationToken);

    public ValueTask NoteAsync(IReadOnlyDictionary<RemoteMediaKey, long> accesses, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            foreach (var (key, time) in accesses)
            {
                writer.Session.Execute(
                    "UPDATE remote_media SET accessed_ts = ?3 WHERE server = ?1 AND media_id = ?2 AND accessed_ts < ?3", key.Server.Value, key.Id.Value, time);
            }
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<string>> TakeUnusedAsync(long sinceTs, int limit, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<string>>(
            writer => writer.Session.Query(
                """
                DELETE FROM remote_media WHERE (server, media_id) IN (
                    SELECT server, media_id FROM remote_media
                    WHERE accessed_ts < ?1 AND sha256 NOT IN (SELECT sha256 FROM quarantined_media) ORDER BY accessed_ts LIMIT ?2)
                RETURNING sha256
                """,
                static row => row.GetString(0), sinceTs, (long)limit),
            cancellationToken);

    static MediaContent Read(SqliteDataReader row) => new(
        row.GetString(0), row.GetInt64(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.GetInt64(4), row.GetInt64(5) != 0)
    {
        QuarantinedBy = row.IsDBNull(6) ? null : UserId.Parse(row.GetString(6)),
    };
}
