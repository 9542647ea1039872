using System.Globalization;
using System.Text;
using Hybrid.Primitives;
using Hybrid.Storage.Push;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Storage.Sqlite.Push;

/// <summary>Checkpoints of unread events in SQLite: a row per user and room that has any.</summary>
public sealed class SqliteUnreadStore(SqliteDatabase database) : IUnreadStore
{
    public ValueTask<UnreadCheckpoint> LoadAsync(CancellationToken cancellationToken) => ValueTask.FromResult(database.Read(static session =>
    {
        var events = session.QueryInteger("SELECT events_position FROM unread_checkpoint") ?? 0;
        var receipts = session.QueryInteger("SELECT receipts_position FROM unread_checkpoint") ?? 0;
        var rooms = session.Query(
            "SELECT user_id, room_id, events FROM unread_rooms",
            static row => new UnreadRoom(UserId.Parse(row.GetString(0)), RoomId.Parse(row.GetString(1)), Parse(row.GetString(2))));
        return new UnreadCheckpoint(events, receipts, rooms);
    }));

    public ValueTask SaveAsync(UnreadCheckpoint changes, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            var session = writer.Session;
            session.Execute(
                """
                INSERT INTO unread_checkpoint (id, events_position, receipts_position) VALUES (1, ?1, ?2)
                ON CONFLICT (id) DO UPDATE SET events_position = excluded.events_position, receipts_position = excluded.receipts_position
                """,
                changes.EventsPosition, changes.ReceiptsPosition);
            foreach (var room in changes.Rooms)
            {
                if (room.Events.Count == 0)
                    session.Execute("DELETE FROM unread_rooms WHERE user_id = ?1 AND room_id = ?2", room.UserId.Value, room.RoomId.Value);
                else
                    session.Execute(
                        "INSERT INTO unread_rooms (user_id, room_id, events) VALUES (?1, ?2, ?3) ON CONFLICT (user_id, room_id) DO UPDATE SET events = excluded.events",
                        room.UserId.Value, room.RoomId.Value, Format(room.Events));
            }
        },
        cancellationToken);

    static string Format(IReadOnlyList<UnreadEvent> events)
    {
        var text = new StringBuilder();
        foreach (var unread in events)
        {
            text.Append(CultureInfo.InvariantCulture, $"{unread.Position} {(unread.Highlight ? 1 : 0)}");
            if (unread.Thread is { } thread)
                text.Append(' ').Append(thread.Value);
            text.Append('\n');
        }

        return text.ToString();
    }

    static List<UnreadEvent> Parse(string text)
    {
        var events = new List<UnreadEvent>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split(' ');
            EventId? thread = fields.Length > 2 ? EventId.Parse(fields[2]) : null;
            events.Add(new UnreadEvent(long.Parse(fields[0], CultureInfo.InvariantCulture), thread, fields[1] == "1"));
        }

        return events;
    }
}
