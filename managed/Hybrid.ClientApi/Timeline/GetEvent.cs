using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;

namespace Hybrid.ClientApi.Timeline;

/// <summary><c>GET /_matrix/client/v3/rooms/{roomId}/event/{eventId}</c>, and the deprecated form that names no room.</summary>
public sealed class GetEvent(RoomRegistry rooms, IRoomStore store, EventVisibility visibility, ClientEventFormatter formatter, EventViewers viewers) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("GET", "/_matrix/client/v3/rooms/{roomId}/event/{eventId}", Access.UserOrGuest),
        new("GET", "/_matrix/client/v3/events/{eventId}", Access.UserOrGuest),
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        RoomId? named = request.PathOrEmpty("roomId").Length > 0 ? request.Path<RoomId>("roomId") : null;
        var stored = await store.FindEventAsync(request.Path<EventId>("eventId"), cancellationToken);
        if (stored is null || stored.RoomId != (named ?? stored.RoomId) || await rooms.FindAsync(stored.RoomId, cancellationToken) is not { } room
            || await visibility.FindAsync(room.Current, stored, request.Caller.UserId, cancellationToken) is not { } seen)
        {
            return MatrixError.NotFound("There is no such event, or you cannot see it.");
        }

        var prepared = await formatter.PrepareAsync([seen], await viewers.OfAsync(request.Caller, cancellationToken), cancellationToken);
        return Reply.Write(writer => prepared.Write(writer, seen, withRoomId: true));
    }
}
