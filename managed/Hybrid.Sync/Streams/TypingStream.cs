using System.Text.Json;
using Hybrid.Ephemeral.Typing;
using Hybrid.Primitives;

namespace Hybrid.Sync.Streams;

/// <summary>Who is typing: <c>m.typing</c> among a room's ephemeral events.</summary>
sealed class TypingStream(TypingTracker typing)
{
    /// <summary>Rooms whose typing users changed in the turn's range.</summary>
    public IReadOnlyList<RoomId> ReadChangedRooms(SyncTurn turn) => typing.ReadChangedRooms(turn.After.Typing);

    /// <summary>Who types in the room, if that changed after <paramref name="after"/>; null when there is nothing to say.</summary>
    public IReadOnlyList<UserId>? Read(RoomId roomId, long after, SyncTurn turn)
    {
        var filter = turn.Filter.Ephemeral;
        if (!filter.AllowsRoom(roomId) || !filter.AllowsType("m.typing") || !filter.AllowsNoSender || filter.Limit == 0)
            return null;

        var (position, users) = typing.Of(roomId);
        if (position <= after || (after == 0 && users.Count == 0))
            return null;

        return turn.Ignored.IsEmpty ? users : [.. users.Where(user => !turn.Ignored.Contains(user))];
    }

    public static void Write(Utf8JsonWriter writer, IReadOnlyList<UserId> users)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "m.typing"u8);
        writer.WriteStartObject("content"u8);
        writer.WriteStartArray("user_ids"u8);
        foreach (var user in users)
            writer.WriteStringValue(user.Value);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
