using Hybrid.Protocol.Client.Directory;
using Hybrid.Rooms.Directory;

namespace Hybrid.ClientApi.Directory;

/// <summary>A room summary as JSON has it.</summary>
static class SummaryShape
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
}
