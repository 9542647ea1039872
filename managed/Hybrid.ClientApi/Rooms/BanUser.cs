using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Rooms;
using Hybrid.Rooms.Membership;

namespace Hybrid.ClientApi.Rooms;

/// <summary><c>POST /_matrix/client/v3/rooms/{roomId}/ban</c></summary>
public sealed class BanUser(MembershipChanges memberships) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/client/v3/rooms/{roomId}/ban", Access.User, RateClass.Membership) { WhileSuspended = false }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var body = await request.ReadJsonAsync(RoomsJson.Default.TargetBody, cancellationToken);
        if (body.UserId is not { } target)
            return MatrixError.MissingParam("'user_id' is missing.");

        var result = await memberships.BanAsync(roomId, request.Caller.UserId, target, new MembershipTerms(body.Reason), cancellationToken);
        return result.Error is { } error ? error : Reply.Empty;
    }
}
