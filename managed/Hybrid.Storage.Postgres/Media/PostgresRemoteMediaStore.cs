using Hybrid.Primitives;
using Hybrid.Storage.Media;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Media;

/// <summary>Other servers' media in PostgreSQL.</summary>
public sealed class PostgresRemoteMediaStore(PostgresDatabase database) : IRemoteMediaStore
{
    public ValueTask<MediaContent?> FindAsync(RemoteMediaKey key, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.QueryFirstAsync(
            """
            SELECT m.sha256, m.length, m.content_type, m.file_name, m.fetched_ts, m.is_public, q.user_id
            FROM remote_media m LEFT JOIN quarantined_media q ON q.sha256 = m.sha256 WHERE m.server = $1 AND m.media_id = $2
            """,
            Read, key.Server.Value, key.Id.Value),
        cancellationToken);

    public async ValueTask SetAsync(RemoteMediaKey key, MediaContent content, CancellationToken cancellationToken) => await database.WriteAsync(
        writer => writer.Session.ExecuteAsync(
            """
            INSERT INTO remote_media (server, media_id, sha256, length, content_type, file_name, fetched_ts, accessed_ts, is_public)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)
            ON CONFLICT (server, media_id) DO UPDATE SET sha256 = excluded.sha256, length = excluded.length, content_type = excluded.content_type,
                file_name = excluded.file_name, fetched_ts = excluded.fetched_ts, accessed_ts = excluded.accessed_ts, is_public = excluded.is_public
            """,
            key.Server.Value, key.Id.Value, content.Sha256, content.Length, content.ContentType, content.FileName, content.UploadedTs, content.IsPublic),
        cancellationToken);

    public async ValueTask NoteAsync(IReadOnlyDictionary<RemoteMediaKey, long> accesses, CancellationToken cancellationToken) => await database.WriteAsync(
        writer => writer.Session.ExecuteAsync(
            """
            UPDATE remote_media m SET accessed_ts = n.ts FROM unnest($1, $2, $3) AS n (server, media_id, ts)
            WHERE m.server = n.server AND m.media_id = n.media_id AND m.accessed_ts < n.ts
            """,
            Sql.Texts(accesses.Keys.Select(static key => key.Server.Value)), Sql.Texts(accesses.Keys.Select(static key => key.Id.Value)),
            Sql.Integers(accesses.Values)),
        cancellationToken);

    public ValueTask<IReadOnlyList<string>> TakeUnusedAsync(long sinceTs, int limit, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<string>>(
            async writer => await writer.Session.QueryAsync(
                """
                DELETE FROM remote_media WHERE (server, media_id) IN (
                    SELECT server, media_id FROM remote_media
                    WHERE accessed_ts < $1 AND sha256 NOT IN (SELECT sha256 FROM quarantined_media) ORDER BY accessed_ts LIMIT $2)
                RETURNING sha256
                """,
                static row => row.Text(0), sinceTs, (long)limit),
            cancellationToken);

    static MediaContent Read(Row row) => new(row.Text(0), row.Integer(1), row.Text(2), row.OptionalText(3), row.Integer(4), row.Flag(5))
    {
        QuarantinedBy = row.OptionalText(6) is { } administrator ? UserId.Parse(administrator) : null,
    };
}
