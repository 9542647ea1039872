using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Directory;

/// <summary>A room that a space names as its child (specification, "m.space.child").</summary>
sealed record SpaceChild(RoomId RoomId, StoredEvent Event, string? Order, bool IsSuggested)
{
    const int MaxOrderLength = 50;

    /// <summary>The children of the room in the order of the specification ("Ordering of children within a space"); none where it is no space.</summary>
    public static IReadOnlyList<SpaceChild> Of(RoomSnapshot room, bool suggestedOnly)
    {
        if (room.Find("m.room.create")?.ContentString("type") != "m.space")
            return [];

        return
        [
            .. room.State.Values
                .Where(static entry => entry.Type == "m.space.child")
                .Select(Read)
                .OfType<SpaceChild>()
                .Where(child => child.IsSuggested || !suggestedOnly)
                .OrderBy(static child => child.Order is null)
                .ThenBy(static child => child.Order, StringComparer.Ordinal)
                .ThenBy(static child => child.Event.OriginServerTs)
                .ThenBy(static child => child.RoomId.Value, StringComparer.Ordinal),
        ];
    }

    // Without servers to go through it is no child: that is how children are removed.
    static SpaceChild? Read(StoredEvent entry)
    {
        using var document = JsonDocument.Parse(entry.Content());
        var content = document.RootElement;
        if (!RoomId.TryParse(entry.StateKey, out var roomId)
            || !content.TryGetProperty("via", out var via) || via.ValueKind != JsonValueKind.Array || via.GetArrayLength() == 0)
        {
            return null;
        }

        var order = content.TryGetProperty("order", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString() : null;
        var suggested = content.TryGetProperty("suggested", out var flag) && flag.ValueKind == JsonValueKind.True;
        return new SpaceChild(roomId, entry, IsValid(order) ? order : null, suggested);
    }

    static bool IsValid(string? order) => order is { Length: <= MaxOrderLength } && order.All(static c => c is >= ' ' and <= '~');
}
