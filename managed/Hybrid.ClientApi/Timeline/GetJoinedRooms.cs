using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.Membership;

namespace Hybrid.ClientApi.Timeline;

/// <summary><c>GET /_matrix/client/v3/joined_rooms</c></summary>
public sealed class GetJoinedRooms(MembershipIndex memberships) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/joined_rooms", Access.UserOrGuest)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var rooms = await memberships.OfAsync(request.Caller.UserId, cancellationToken);
        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("joined_rooms"u8);
            foreach (var room in rooms.Values)
            {
                if (room.Membership == "join")
                    writer.WriteStringValue(room.RoomId.Value);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }
}
