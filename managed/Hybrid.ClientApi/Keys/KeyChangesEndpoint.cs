using Hybrid.Accounts.Keys;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Keys;

namespace Hybrid.ClientApi.Keys;

/// <summary><c>GET /_matrix/client/v3/keys/changes</c></summary>
sealed class KeyChangesEndpoint(DeviceListChanges changes) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/client/v3/keys/changes", Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!StreamPositions.TryParse(request.RequiredQuery("from"), out var from))
            return MatrixError.InvalidParam("'from' is not a token of this server's /sync.");
        if (!StreamPositions.TryParse(request.RequiredQuery("to"), out var to))
            return MatrixError.InvalidParam("'to' is not a token of this server's /sync.");

        var delta = await changes.ReadAsync(request.Caller.UserId, from, to, cancellationToken);
        return Reply.Json(new KeyChangesResponse(delta.Changed, delta.Left), KeysJson.Default.KeyChangesResponse);
    }
}
