using Hybrid.Storage.Media;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Media;

/// <summary>Previews of pages in PostgreSQL.</summary>
public sealed class PostgresUrlPreviewStore(PostgresDatabase database) : IUrlPreviewStore
{
    public ValueTask<UrlPreview?> FindAsync(string url, long sinceTs, CancellationToken cancellationToken) =>
        database.ReadAsync(
            session => session.QueryFirstAsync(
                "SELECT url, json, image, fetched_ts FROM url_previews WHERE url = $1 AND fetched_ts >= $2 ORDER BY fetched_ts DESC LIMIT 1",
                Read, url, sinceTs),
            cancellationToken);

    public async ValueTask AddAsync(UrlPreview preview, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            writer => writer.Session.ExecuteAsync(
                """
                INSERT INTO url_previews (url, fetched_ts, json, image) VALUES ($1, $2, $3, $4)
                ON CONFLICT (url, fetched_ts) DO UPDATE SET json = excluded.json, image = excluded.image
                """,
                preview.Url, preview.FetchedTs, preview.Json, preview.Image?.Value),
            cancellationToken);

    public async ValueTask<IReadOnlyList<UrlPreview>> TakeOldAsync(long beforeTs, int most, int limit, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            writer => writer.Session.QueryAsync(
                """
                DELETE FROM url_previews WHERE (url, fetched_ts) IN (
                    SELECT url, fetched_ts FROM url_previews
                    WHERE fetched_ts < $1 OR fetched_ts <= (SELECT fetched_ts FROM url_previews ORDER BY fetched_ts DESC LIMIT 1 OFFSET $2)
                    ORDER BY fetched_ts LIMIT $3)
                RETURNING url, json, image, fetched_ts
                """,
                Read, beforeTs, (long)most, (long)limit),
            cancellationToken);

    static UrlPreview Read(Row row) => new(row.Text(0), row.Text(1), row.OptionalText(2) is { } image ? MediaId.Parse(image) : null, row.Integer(3));
}
