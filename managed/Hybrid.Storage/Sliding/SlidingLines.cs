namespace Hybrid.Storage.Sliding;

/// <summary>Short lists as both engines keep them in one column: an entry a line. No entry has a line break.</summary>
public static class SlidingLines
{
    public static string Write(IReadOnlyList<string> entries) => string.Join('\n', entries);

    public static IReadOnlyList<string> Read(string lines) => lines.Length == 0 ? [] : lines.Split('\n');

    /// <summary>A connection of the rows of its rooms, each with the state that it came with, in the order of states.</summary>
    public static SlidingConnectionRecord Assemble(SlidingConnectionRecord connection, IReadOnlyList<(long State, SlidingRoom Room)> rows)
    {
        var rooms = new Dictionary<Primitives.RoomId, SlidingRoom>();
        foreach (var (state, room) in rows)
        {
            if (state <= connection.Acknowledged)
                rooms[room.RoomId] = room;
        }

        var isPending = connection.Pending > connection.Acknowledged;
        return connection with
        {
            Rooms = [.. rooms.Values],
            Changes = isPending ? [.. rows.Where(row => row.State == connection.Pending).Select(static row => row.Room)] : [],
        };
    }
}
