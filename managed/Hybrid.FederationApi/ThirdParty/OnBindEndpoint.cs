using System.Text.Json;
using System.Text.Json.Serialization;
using Hybrid.Accounts.Profiles;
using Hybrid.Federation.Joins;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms;

namespace Hybrid.FederationApi.ThirdParty;

/// <summary>
/// <c>PUT /_matrix/federation/v1/3pid/onbind</c>: an identity server tells that an address belongs to a user of this server, and which invitations it kept
/// for it. Anyone can call it; what makes an invitation is its signature.
/// </summary>
sealed class OnBindEndpoint(ThirdPartyExchange exchange, UserProfiles profiles, ServerIdentity identity) : IEndpoint
{
    const int MaxInvites = 50;

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("PUT", "/_matrix/federation/v1/3pid/onbind", Access.Anyone, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(ThirdPartyJson.Default.OnBindBody, cancellationToken);
        if (body.Invites is not { Count: <= MaxInvites } invites)
            return MatrixError.BadJson($"'invites' must be a list of at most {MaxInvites} invitations.");
        if (body.Mxid.Server != identity.Name || await profiles.FindAsync(body.Mxid, cancellationToken) is null)
            return MatrixError.NotFound("There is no such user here.");
        if (invites.Any(invite => invite is null || invite.Mxid != body.Mxid || invite.Signed.ValueKind != JsonValueKind.Object))
            return MatrixError.BadJson("Each invitation must be for the user, and have what the identity server signed.");

        // One that has been taken back does not keep the others from their rooms.
        MatrixError? last = null;
        foreach (var invite in invites)
            last = (await exchange.ClaimAsync(new BoundInvitation(invite.RoomId, invite.Sender, invite.Mxid, invite.Signed), cancellationToken)).Error ?? last;
        return last is null ? Reply.Empty : last;
    }
}

/// <summary>What an identity server tells.</summary>
sealed record OnBindBody([property: JsonRequired] UserId Mxid, IReadOnlyList<OnBindInvite>? Invites);

/// <summary>An invitation that it kept.</summary>
sealed record OnBindInvite(
    [property: JsonRequired] UserId Mxid, [property: JsonRequired] RoomId RoomId, [property: JsonRequired] UserId Sender, [property: JsonRequired] JsonElement Signed);

/// <summary>The member event that another server wants to have made, in part.</summary>
sealed record ExchangeBody(
    [property: JsonRequired] string Type, [property: JsonRequired] RoomId RoomId, [property: JsonRequired] UserId Sender,
    [property: JsonRequired] UserId StateKey, [property: JsonRequired] ExchangeContent Content);

/// <summary>Its content.</summary>
sealed record ExchangeContent([property: JsonRequired] string Membership, [property: JsonRequired] ExchangeInvite ThirdPartyInvite);

/// <summary>What the identity server signed.</summary>
sealed record ExchangeInvite([property: JsonRequired] JsonElement Signed);

/// <summary>Shapes of third-party invitations.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OnBindBody))]
[JsonSerializable(typeof(ExchangeBody))]
sealed partial class ThirdPartyJson : JsonSerializerContext;
