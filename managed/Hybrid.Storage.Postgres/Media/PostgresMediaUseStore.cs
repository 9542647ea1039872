using Hybrid.Storage.Media;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Postgres.Rooms;

namespace Hybrid.Storage.Postgres.Media;

/// <summary>The use of media in PostgreSQL.</summary>
public sealed class PostgresMediaUseStore(PostgresDatabase database) : IMediaUseStore
{
    // As for events: PostgreSQL refuses the escape of U+0000, which no URI has.
    const string Value = @"replace(value, '\u0000', '\u0001')::jsonb";

    public async ValueTask NoteAsync(IReadOnlyDictionary<MediaId, long> accesses, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            writer => writer.Session.ExecuteAsync(
                "UPDATE media m SET accessed_ts = n.ts FROM unnest($1, $2) AS n (media_id, ts) WHERE m.media_id = n.media_id",
                Sql.Texts(accesses.Keys.Select(static id => id.Value)), Sql.Integers(accesses.Values)),
            cancellationToken);

    public async ValueTask<IReadOnlyList<MediaId>> ReadUnusedAsync(long sinceTs, long longerThan, MediaId? after, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                """
                SELECT media_id FROM media m WHERE sha256 IS NOT NULL AND uploaded_ts < $1 AND COALESCE(accessed_ts, 0) < $1 AND length > $2 AND media_id > $3
                    AND NOT EXISTS (SELECT 1 FROM quarantined_media q WHERE q.sha256 = m.sha256)
                ORDER BY media_id LIMIT $4
                """,
                static row => MediaId.Parse(row.Text(0)), sinceTs, longerThan, after?.Value ?? "", (long)limit),
            cancellationToken);

    public async ValueTask<IReadOnlyList<string>> ReadPicturesAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(
            static session => session.QueryAsync(
                $$"""
                SELECT {{Value}} #>> '{}' FROM profile_fields WHERE name = 'avatar_url' AND jsonb_typeof({{Value}}) = 'string'
                UNION
                SELECT ({{EventRow.Json}}) #>> '{content,url}' FROM state_changes s JOIN events e ON e.number = s.event_number
                WHERE s.type = 'm.room.avatar' AND s.state_key = '' AND jsonb_typeof(({{EventRow.Json}}) #> '{content,url}') = 'string'
                """,
                static row => row.Text(0)),
            cancellationToken);
}
