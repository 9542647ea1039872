using Hybrid.Primitives;
using Hybrid.Storage.Media;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Media;

/// <summary>Local media in PostgreSQL.</summary>
public sealed class PostgresMediaStore(PostgresDatabase database) : IMediaStore
{
    const string Columns =
        "m.media_id, m.owner, m.created_ts, m.expires_ts, m.sha256, m.length, m.content_type, m.file_name, m.uploaded_ts, m.is_public, q.user_id "
        + "FROM media m LEFT JOIN quarantined_media q ON q.sha256 = m.sha256";

    const string Usage = "SELECT COALESCE(SUM(length), 0)::bigint FROM media WHERE owner = $1";

    public ValueTask<MediaRecord?> FindAsync(MediaId id, CancellationToken cancellationToken) =>
        database.ReadAsync(session => FindAsync(session, id), cancellationToken);

    public ValueTask<bool> TryAddAsync(MediaId id, UserId owner, MediaContent content, long? quotaBytes, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                if (await IsOverQuotaAsync(writer.Session, owner, content, quotaBytes))
                    return false;

                await writer.Session.ExecuteAsync(
                    """
                    INSERT INTO media (media_id, owner, created_ts, uploaded_ts, sha256, length, content_type, file_name, is_public)
                    VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8)
                    """,
                    id.Value, owner.Value, content.UploadedTs, content.Sha256, content.Length, content.ContentType, content.FileName, content.IsPublic);
                return true;
            },
            cancellationToken);

    public ValueTask<long?> ReserveAsync(
        MediaId id, UserId owner, long nowTs, long expiresTs, int maxPending, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                var session = writer.Session;
                session.Defer("DELETE FROM media WHERE sha256 IS NULL AND expires_ts <= $1", nowTs);
                var pending = await session.QueryIntegerAsync("SELECT COUNT(*) FROM media WHERE owner = $1 AND length IS NULL", owner.Value);
                if (pending >= maxPending)
                {
                    return await session.QueryIntegerAsync("SELECT MIN(expires_ts) FROM media WHERE owner = $1 AND length IS NULL", owner.Value)
                        ?? expiresTs;
                }

                await session.ExecuteAsync(
                    "INSERT INTO media (media_id, owner, created_ts, expires_ts) VALUES ($1, $2, $3, $4)",
                    id.Value, owner.Value, nowTs, expiresTs);
                return (long?)null;
            },
            cancellationToken);

    public ValueTask<MediaFilling> FillAsync(
        MediaId id, UserId owner, MediaContent content, long? quotaBytes, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                var session = writer.Session;
                var record = await FindAsync(session, id);
                if (record is null || record.IsExpired(content.UploadedTs))
                    return MediaFilling.Unknown;
                if (record.Owner != owner)
                    return MediaFilling.NotOwner;
                if (record.Content is not null)
                    return MediaFilling.AlreadyFilled;
                if (await IsOverQuotaAsync(session, owner, content, quotaBytes))
                    return MediaFilling.QuotaExceeded;

                await session.ExecuteAsync(
                    """
                    UPDATE media SET uploaded_ts = $2, sha256 = $3, length = $4, content_type = $5, file_name = $6, is_public = $7
                    WHERE media_id = $1
                    """,
                    id.Value, content.UploadedTs, content.Sha256, content.Length, content.ContentType, content.FileName, content.IsPublic);
                return MediaFilling.Filled;
            },
            cancellationToken);

    public async ValueTask<IReadOnlyList<MediaRecord>> ListAsync(UserId owner, int skip, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                $"SELECT {Columns} WHERE m.owner = $1 AND m.sha256 IS NOT NULL ORDER BY m.uploaded_ts DESC, m.media_id LIMIT $3 OFFSET $2",
                ReadRecord, owner.Value, (long)skip, (long)limit),
            cancellationToken);

    public async ValueTask<long> CountAsync(UserId owner, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryIntegerAsync("SELECT COUNT(*) FROM media WHERE owner = $1 AND sha256 IS NOT NULL", owner.Value), cancellationToken) ?? 0;

    public ValueTask<int> QuarantineAsync(
        IReadOnlyCollection<string> hashes, UserId administrator, long nowTs, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer => writer.Session.ExecuteAsync(
                "INSERT INTO quarantined_media (sha256, user_id, quarantined_ts) SELECT hash, $2, $3 FROM unnest($1) AS hash ON CONFLICT DO NOTHING",
                Sql.Texts(hashes), administrator.Value, nowTs),
            cancellationToken);

    public ValueTask<bool> ReleaseAsync(string sha256, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer => await writer.Session.ExecuteAsync("DELETE FROM quarantined_media WHERE sha256 = $1", sha256) > 0, cancellationToken);

    public async ValueTask DeleteAsync(MediaId id, CancellationToken cancellationToken) =>
        await database.WriteAsync(writer => writer.Session.ExecuteAsync("DELETE FROM media WHERE media_id = $1", id.Value), cancellationToken);

    public ValueTask<IReadOnlyList<string>> DeleteAllAsync(UserId owner, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<string>>(
            async writer =>
            {
                var deleted = await writer.Session.QueryAsync(
                    "DELETE FROM media WHERE owner = $1 RETURNING sha256", static row => row.OptionalText(0), owner.Value);
                return [.. deleted.OfType<string>().Distinct()];
            },
            cancellationToken);

    public ValueTask<bool> IsUsedAsync(string sha256, CancellationToken cancellationToken) =>
        database.ReadAsync(
            session => session.AnyAsync("SELECT 1 FROM media WHERE sha256 = $1 UNION ALL SELECT 1 FROM remote_media WHERE sha256 = $1 LIMIT 1", sha256), cancellationToken);

    public async ValueTask<long> ReadUsageAsync(UserId owner, CancellationToken cancellationToken) =>
        await database.ReadAsync(session => session.QueryIntegerAsync(Usage, owner.Value), cancellationToken) ?? 0;

    static async Task<bool> IsOverQuotaAsync(PostgresSession session, UserId owner, MediaContent content, long? quotaBytes) =>
        quotaBytes is { } quota && (await session.QueryIntegerAsync(Usage, owner.Value) ?? 0) + content.Length > quota;

    static Task<MediaRecord?> FindAsync(PostgresSession session, MediaId id) =>
        session.QueryFirstAsync(
            $"SELECT {Columns} WHERE m.media_id = $1",
            ReadRecord, id.Value);

    static MediaRecord ReadRecord(Row row) => new(
        MediaId.Parse(row.Text(0)),
        UserId.Parse(row.Text(1)),
        row.Integer(2),
        row.OptionalInteger(3),
        row.IsNull(4)
            ? null
            : new MediaContent(row.Text(4), row.Integer(5), row.Text(6), row.OptionalText(7), row.Integer(8), row.Flag(9))
            {
                QuarantinedBy = row.OptionalText(10) is { } administrator ? UserId.Parse(administrator) : null,
            });
}
