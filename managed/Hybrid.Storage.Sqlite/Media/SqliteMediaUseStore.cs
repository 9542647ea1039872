using System.Globalization;
using Hybrid.Storage.Media;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Storage.Sqlite.Media;

/// <summary>The use of media in the embedded database.</summary>
public sealed class SqliteMediaUseStore(SqliteDatabase database) : IMediaUseStore
{
    public ValueTask NoteAsync(IReadOnlyDictionary<MediaId, long> accesses, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            foreach (var (id, time) in accesses)
                writer.Session.Execute("UPDATE media SET accessed_ts = ?2 WHERE media_id = ?1", id.Value, time);
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<MediaId>> ReadUnusedAsync(long sinceTs, long longerThan, MediaId? after, int limit, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            """
            SELECT media_id FROM media m WHERE sha256 IS NOT NULL AND uploaded_ts < ?1 AND IFNULL(accessed_ts, 0) < ?1 AND length > ?2 AND media_id > ?3
                AND NOT EXISTS (SELECT 1 FROM quarantined_media q WHERE q.sha256 = m.sha256)
            ORDER BY media_id LIMIT ?4
            """,
            static row => MediaId.Parse(row.GetString(0)), sinceTs, longerThan, after?.Value ?? "", (long)limit)));

    public ValueTask<IReadOnlyList<string>> ReadPicturesAsync(CancellationToken cancellationToken) =>
        new(database.Read(static session => session.Query(
            """
            SELECT json_extract(value, '$') FROM profile_fields WHERE name = 'avatar_url' AND json_type(value) = 'text'
            UNION
            SELECT json_extract(CAST(e.json AS TEXT), '$.content.url') FROM state_changes s JOIN events e ON e.number = s.event_number
            WHERE s.type = 'm.room.avatar' AND s.state_key = '' AND json_type(CAST(e.json AS TEXT), '$.content.url') = 'text'
            """,
            static row => Convert.ToString(row.GetValue(0), CultureInfo.InvariantCulture) ?? "")));
}
