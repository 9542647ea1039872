using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Rooms;
using Hybrid.Rooms.Membership;

namespace Hybrid.ClientApi.Rooms;

/// <summary><c>POST /_matrix/client/v3/rooms/{roomId}/leave</c></summary>
public sealed class LeaveRoom(MembershipChanges memberships) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/client/v3/rooms/{roomId}/leave", Access.UserOrGuest, RateClass.Membership)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var body = await request.ReadJsonAsync(RoomsJson.Default.ReasonBody, cancellationToken);
        var result = await memberships.LeaveAsync(roomId, request.Caller.UserId, new MembershipTerms(body.Reason), cancellationToken);
        return result.Error is { } error ? error : Reply.Empty;
    }
}

/// <summary><c>POST /_matrix/client/v3/rooms/{roomId}/forget</c></summary>
public sealed class ForgetRoom(MembershipChanges memberships) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/client/v3/rooms/{roomId}/forget", Access.UserOrGuest, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var result = await memberships.ForgetAsync(request.Path<RoomId>("roomId"), request.Caller.UserId, cancellationToken);
        return result.Error is { } error ? error : Reply.Empty;
    }
}
