using System.Text.Json;
using Hybrid.Federation.Joins;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.FederationApi.ThirdParty;

/// <summary>
/// <c>PUT /_matrix/federation/v1/exchange_third_party_invite/{roomId}</c>: the server of a user whose address was invited from here asks for the invitation of
/// the user.
/// </summary>
sealed class ExchangeInviteEndpoint(ThirdPartyExchange exchange) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("PUT", "/_matrix/federation/v1/exchange_third_party_invite/{roomId}", Access.Server, RateClass.Federation)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var body = await request.ReadJsonAsync(ThirdPartyJson.Default.ExchangeBody, cancellationToken);
        if (body is not { Type: "m.room.member", Content: { Membership: "invite", ThirdPartyInvite.Signed.ValueKind: JsonValueKind.Object } } || body.RoomId != roomId)
            return MatrixError.InvalidParam("This is no invitation of a third party into the room.");

        var invitation = new BoundInvitation(roomId, body.Sender, body.StateKey, body.Content.ThirdPartyInvite.Signed);
        return (await exchange.ExchangeAsync(request.Origin, invitation, cancellationToken)).Error is { } error ? error : Reply.Empty;
    }
}
