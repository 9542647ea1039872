using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Rooms;
using Hybrid.Protocol.Client.ThirdParty;
using Hybrid.Rooms.Membership;

namespace Hybrid.ClientApi.Rooms;

/// <summary><c>POST /_matrix/client/v3/rooms/{roomId}/invite</c></summary>
public sealed class InviteUser(MembershipChanges memberships, ThirdPartyInvites thirdParty) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/client/v3/rooms/{roomId}/invite", Access.User, RateClass.Membership) { WhileSuspended = false }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var body = await request.ReadJsonAsync(RoomsJson.Default.TargetBody, cancellationToken);
        if (body.UserId is not { } target)
            return await InviteByAddressAsync(request, roomId, new MembershipTerms(body.Reason), cancellationToken);

        var result = await memberships.InviteAsync(roomId, request.Caller.UserId, target, new MembershipTerms(body.Reason), cancellationToken);
        return result.Error is { } error ? error : Reply.Empty;
    }

    async ValueTask<Result<Reply>> InviteByAddressAsync(ApiRequest request, RoomId roomId, MembershipTerms terms, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(ThirdPartyJson.Default.InviteAddressBody, cancellationToken);
        if (!ThirdPartyInvites.Read(body).TryGet(out var invitee, out var unfit))
            return unfit;

        return (await thirdParty.InviteAsync(roomId, request.Caller.UserId, invitee, terms, cancellationToken)).Error is { } error ? error : Reply.Empty;
    }
}
