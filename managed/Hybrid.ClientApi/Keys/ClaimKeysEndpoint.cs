using Hybrid.Accounts.Keys;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Keys;
using Hybrid.Storage.Keys;

namespace Hybrid.ClientApi.Keys;

/// <summary><c>POST /_matrix/client/v3/keys/claim</c></summary>
sealed class ClaimKeysEndpoint(IKeyStore keys, IRemoteKeys? remote = null) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_matrix/client/v3/keys/claim", Access.UserOrGuest)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(KeysJson.Default.ClaimKeysRequest, cancellationToken);
        if (!KeyClaims.Read(body.OneTimeKeys).TryGet(out var claims, out var error))
            return error;

        var here = request.Caller.UserId.Server;
        var claimed = await keys.ClaimAsync([.. claims.Where(claim => claim.UserId.Server == here)], cancellationToken);
        var failures = RemoteKeyFailures.OfAll(request.Caller.UserId, body.OneTimeKeys.Keys);
        if (remote is not null)
        {
            var answer = await remote.ClaimAsync([.. claims.Where(claim => claim.UserId.Server != here)], RemoteKeyFailures.Timeout(body.Timeout), cancellationToken);
            (claimed, failures) = ([.. claimed, .. answer.Found], answer.Failures);
        }

        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            RemoteKeyFailures.Write(writer, failures);
            SignedKeyWriter.WriteClaimedKeys(writer, claimed);
            writer.WriteEndObject();
        });
    }
}
