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

    [ThreadStatic]
    static string? _text;

    [ThreadStatic]
    static UserId? _sender;

    /// <summary>A type or membership: the program's own text where it names it too, or that of the event read before.</summary>
    public static string Of(string text)
    {
        if (text == _text)
            return _text;
        return _text = string.IsInterned(text) ?? text;
    }

    /// <summary>A room ID: that of the event read before, where it is the same.</summary>
    public static RoomId Room(string text) => Same(text, ref _room);

    /// <summary>A sender: that of the event read before, where it is the same.</summary>
    public static UserId Sender(string text) => Same(text, ref _sender);

    /// <summary>A state key: the sender, where it is the same, as members' are.</summary>
    public static string? StateKey(string? text, UserId sender) => text == sender.Value ? sender.Value : text;

    static T Same<T>(string text, ref T? last)
        where T : struct, IIdentifier<T>
    {
        if (last is { } known && known.Value == text)
            return known;
        if (!T.TryParse(text, out var identifier))
            throw new FormatException($"'{text}' is not a valid {typeof(T).Name}.");

        last = identifier;
        return identifier;
    }
}
