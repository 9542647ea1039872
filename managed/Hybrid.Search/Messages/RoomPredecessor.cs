using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Search.Messages;

/// <summary>Which room a room was upgraded from.</summary>
static class RoomPredecessor
{
    /// <summary><c>content.predecessor.room_id</c> of an <c>m.room.create</c>, if that is a room ID.</summary>
    public static RoomId? Of(StoredEvent created)
    {
        using var content = JsonDocument.Parse(created.Content());
        return content.RootElement.TryGetProperty("predecessor", out var predecessor) && predecessor.ValueKind == JsonValueKind.Object
            && predecessor.TryGetProperty("room_id", out var id) && id.ValueKind == JsonValueKind.String && RoomId.TryParse(id.GetString(), out var roomId)
            ? roomId
            : null;
    }
}
