using System.Text;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.Directory;

namespace Hybrid.Federation.Remote;

/// <summary>Reads what other servers say of rooms.</summary>
static class RemoteSummary
{
    const int MaxText = 4096;
    const int MaxName = 1024;
    const int MaxAllowedRooms = 100;
    const int MaxChildren = 1000;

    /// <summary>A room of a directory or a space; null for what names no room. Texts that are longer than a client should get to see are left out.</summary>
    public static RoomSummary? Read(JsonElement room)
    {
        if (room.ValueKind != JsonValueKind.Object || room.Identifier<RoomId>("room_id") is not { } roomId)
            return null;

        return new RoomSummary(
            roomId,
            (int)Math.Clamp(room.Integer("num_joined_members") ?? 0, 0, int.MaxValue),
            room.Text("join_rule", 255) ?? "public",
            room.Flag("world_readable"),
            room.Flag("guest_can_join"),
            room.Text("room_version", 32))
        {
            Name = room.Text("name", MaxName),
            Topic = room.Text("topic", MaxText),
            AvatarUrl = room.Text("avatar_url", MaxName),
            CanonicalAlias = room.Identifier<RoomAlias>("canonical_alias")?.Value,
            RoomType = room.Text("room_type", 255),
            Encryption = room.Text("encryption", 255) ?? room.Text("im.nheko.summary.encryption", 255),
            AllowedRooms = [.. room.Identifiers<RoomId>("allowed_room_ids").Take(MaxAllowedRooms)],
        };
    }

    /// <summary>The children of a space, of those that are told.</summary>
    public static IReadOnlyList<SpaceChild> ReadChildren(JsonElement room, bool suggestedOnly) =>
        SpaceChild.InOrder(room.Items("children_state").Take(MaxChildren).Select(ReadChild), suggestedOnly);

    static SpaceChild? ReadChild(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object || entry.Text("type", 255) != "m.space.child"
            || entry.Identifier<UserId>("sender") is not { } sender || entry.Integer("origin_server_ts") is not { } sent
            || !entry.TryGetProperty("content", out var content) || content.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        return SpaceChild.Read(entry.Text("state_key", 255), sender, sent, Encoding.UTF8.GetBytes(content.GetRawText()));
    }
}
