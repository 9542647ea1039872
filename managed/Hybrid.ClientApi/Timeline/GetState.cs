using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;

namespace Hybrid.ClientApi.Timeline;

/// <summary><c>GET /_matrix/client/v3/rooms/{roomId}/state</c>: all of it, as it is or as the caller left it.</summary>
public sealed class GetState(RoomReading reading, ClientEventFormatter formatter) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/rooms/{roomId}/state", Access.UserOrGuest)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var opened = await reading.OpenWithMembersAsync(request.Path<RoomId>("roomId"), request.Caller.UserId, cancellationToken);
        if (!opened.TryGet(out var view, out var error))
            return error;

        StoredEvent[] state = [.. await reading.StateAsync(view, cancellationToken)];
        var prepared = await formatter.PrepareAsync(state, new EventViewer(request.Caller.UserId, request.Caller.DeviceId), cancellationToken);
        return Reply.Write(writer => prepared.WriteArray(writer, state, withRoomId: true));
    }
}
