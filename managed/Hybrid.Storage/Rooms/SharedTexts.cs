using Hybrid.Primitives;

namespace Hybrid.Storage.Rooms;

/// <summary>
/// Texts that events which are read one after the other have in common. Each would come from the database as a copy of its own, and
/// someone in a thousand rooms has tens of thousands of events in memory.
/// </summary>
public static class SharedTexts
{
    [ThreadStatic]
    static RoomId? _room;

    /// <summary>A type or membership: the program's own text where it names it too.</summary>
    public static string Of(string text) => string.IsInterned(text) ?? text;

    /// <summary>A room ID: that of the event read before, where it is the same.</summary>
    public static RoomId Room(string text)
    {
        if (_room is { } known && known.Value == text)
            return known;

        var room = RoomId.Parse(text);
        _room = room;
        return room;
    }
}
