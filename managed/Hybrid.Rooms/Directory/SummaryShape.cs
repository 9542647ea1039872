using System.Text.Json;
using Hybrid.Protocol.Client.Directory;

namespace Hybrid.Rooms.Directory;

/// <summary>A room summary as JSON has it.</summary>
public static class SummaryShape
{
    public static PublicRoom Of(RoomSummary room) => new(room.RoomId, room.JoinedMembers, room.JoinRule, room.WorldReadable, room.GuestCanJoin)
    {
        Name = room.Name,
        Topic = room.Topic,
        AvatarUrl = room.AvatarUrl,
        CanonicalAlias = room.CanonicalAlias,
        RoomType = room.RoomType,
        Encryption = room.Encryption,
        RoomVersion = room.RoomVersion,
        AllowedRoomIds = room.AllowedRooms.Count > 0 ? room.AllowedRooms : null,
    };

    /// <summary>A page of the published room directory.</summary>
    public static PublicRoomsAnswer Of(PublicRoomsPage page) => new([.. page.Rooms.Select(Of)], page.Next, page.Previous, page.Total);

    /// <summary>Writes a room of a space with its <c>children_state</c>.</summary>
    public static void Write(Utf8JsonWriter writer, SpaceRoom room)
    {
        var summary = JsonSerializer.SerializeToElement(Of(room.Summary), DirectoryJson.Default.PublicRoom);
        writer.WriteStartObject();
        foreach (var member in summary.EnumerateObject())
            member.WriteTo(writer);
        writer.WriteStartArray("children_state"u8);
        foreach (var child in room.Children)
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, SpaceChild.Type);
            writer.WriteString("state_key"u8, child.RoomId.Value);
            writer.WriteString("sender"u8, child.Sender.Value);
            writer.WriteNumber("origin_server_ts"u8, child.OriginServerTs);
            writer.WritePropertyName("content"u8);
            writer.WriteRawValue(child.Content.Span, skipInputValidation: true);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
