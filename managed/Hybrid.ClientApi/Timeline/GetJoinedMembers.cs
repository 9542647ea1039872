using System.Text.Json;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.State;

namespace Hybrid.ClientApi.Timeline;

/// <summary><c>GET /_matrix/client/v3/rooms/{roomId}/joined_members</c></summary>
public sealed class GetJoinedMembers(RoomRegistry rooms) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/rooms/{roomId}/joined_members", Access.UserOrGuest)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (await rooms.FindAsync(request.Path<RoomId>("roomId"), cancellationToken) is not { } found || !found.Current.IsJoined(request.Caller.UserId))
            return MatrixError.Forbidden("You are not in this room.");
        if (await found.AwaitWholeStateAsync(cancellationToken) is { } unfinished)
            return unfinished;

        var room = found.Current;

        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("joined"u8);
            foreach (var member in room.Joined)
                WriteMember(writer, room, member);
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }

    static void WriteMember(Utf8JsonWriter writer, RoomSnapshot room, UserId member)
    {
        var stored = room.Find("m.room.member", member.Value);
        writer.WriteStartObject(member.Value);
        if (stored?.ContentString("displayname") is { } displayName)
            writer.WriteString("display_name"u8, displayName);
        if (stored?.ContentString("avatar_url") is { } avatarUrl)
            writer.WriteString("avatar_url"u8, avatarUrl);
        writer.WriteEndObject();
    }
}
