using Hybrid.ClientApi.Account;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Rooms;
using Hybrid.Rooms.Upgrades;

namespace Hybrid.ClientApi.Rooms;

/// <summary><c>POST /_matrix/client/v3/rooms/{roomId}/upgrade</c></summary>
public sealed class UpgradeRoom(RoomUpgrades upgrades, ServerFeatures features) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/client/v3/rooms/{roomId}/upgrade", Access.User, RateClass.Membership) { WhileSuspended = false }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var body = await request.ReadJsonAsync(RoomsJson.Default.UpgradeBody, cancellationToken);
        if (body.NewVersion is not { } version)
            return MatrixError.MissingParam("'new_version' is missing.");
        if (!features.RoomVersions.ContainsKey(version))
            return MatrixError.Of(400, "M_UNSUPPORTED_ROOM_VERSION", $"This server does not create rooms of version '{version}'.");

        var terms = new UpgradeTerms(request.Caller.UserId, version, body.AdditionalCreators ?? []);
        return (await upgrades.UpgradeAsync(roomId, terms, cancellationToken)).TryGet(out var replacement, out var error)
            ? Reply.Json(new UpgradeAnswer(replacement), RoomsJson.Default.UpgradeAnswer)
            : error;
    }
}
