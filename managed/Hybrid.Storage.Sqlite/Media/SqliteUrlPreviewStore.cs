using Hybrid.Storage.Media;
using Hybrid.Storage.Sqlite.Engine;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Media;

/// <summary>Previews of pages in SQLite.</summary>
public sealed class SqliteUrlPreviewStore(SqliteDatabase database) : IUrlPreviewStore
{
    public ValueTask<UrlPreview?> FindAsync(string url, long sinceTs, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryFirst(
            "SELECT url, json, image, fetched_ts FROM url_previews WHERE url = ?1 AND fetched_ts >= ?2 ORDER BY fetched_ts DESC LIMIT 1",
            Read, url, sinceTs)));

    public ValueTask AddAsync(UrlPreview preview, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            writer.Session.Execute(
                """
                INSERT INTO url_previews (url, fetched_ts, json, image) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (url, fetched_ts) DO UPDATE SET json = excluded.json, image = excluded.image
                """,
                preview.Url, preview.FetchedTs, preview.Json, preview.Image?.Value);
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<UrlPreview>> TakeOldAsync(long beforeTs, int most, int limit, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<UrlPreview>>(
            writer => writer.Session.Query(
                """
                DELETE FROM url_previews WHERE (url, fetched_ts) IN (
                    SELECT url, fetched_ts FROM url_previews
                    WHERE fetched_ts < ?1 OR fetched_ts <= (SELECT fetched_ts FROM url_previews ORDER BY fetched_ts DESC LIMIT 1 OFFSET ?2)
                    ORDER BY fetched_ts LIMIT ?3)
                RETURNING url, json, image, fetched_ts
                """,
                Read, beforeTs, (long)most, (long)limit),
            cancellationToken);

    static UrlPreview Read(SqliteDataReader row) => new(
        row.GetString(0), row.GetString(1), row.IsDBNull(2) ? null : MediaId.Parse(row.GetString(2)), row.GetInt64(3));
}
