using System.Text.Json;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.AdminApi.Rooms;

/// <summary>Shows administrators what the state of a room says of it.</summary>
static class RoomDescription
{
    /// <summary>A room of the list.</summary>
    public static RoomEntry Entry(RoomOverview room) => Entry(
        room.Room, type => room.Description.GetValueOrDefault(type), room.JoinedMembers, room.JoinedLocalMembers, room.StateEvents);

    /// <summary>A room whose state events of empty state key <paramref name="find"/> knows.</summary>
    public static RoomEntry Entry(RoomRecord room, Func<string, StoredEvent?> find, long joined, long joinedLocal, long stateEvents)
    {
        return new RoomEntry(
            room.RoomId, Text("m.room.name", "name"), Text("m.room.canonical_alias", "alias"), joined, joinedLocal, room.Version, room.Creator,
            Text("m.room.encryption", "algorithm"), IsFederatable(find("m.room.create")), room.IsPublic, Text("m.room.join_rules", "join_rule"),
            Text("m.room.guest_access", "guest_access"), Text("m.room.history_visibility", "history_visibility"), stateEvents,
            Text("m.room.create", "type"));

        string? Text(string type, string name) => find(type)?.ContentString(name) is { Length: > 0 } text ? text : null;
    }

    static bool IsFederatable(StoredEvent? create)
    {
        if (create is null)
            return true;

        using var content = JsonDocument.Parse(create.Content());
        return !content.RootElement.TryGetProperty("m.federate", out var federate) || federate.ValueKind != JsonValueKind.False;
    }
}
