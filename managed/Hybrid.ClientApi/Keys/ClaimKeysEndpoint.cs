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
        var claims = new List<KeyClaim>();
        var elsewhere = new List<KeyClaim>();
        var here = request.Caller.UserId.Server;
        foreach (var (userId, devices) in body.OneTimeKeys)
        {
            foreach (var (deviceId, algorithm) in devices ?? new Dictionary<DeviceId, string>())
            {
                if (algorithm is null)
                    return MatrixError.BadJson($"The algorithm for '{userId}' must be a string.");
                (userId.Server == here ? claims : elsewhere).Add(new KeyClaim(userId, deviceId, algorithm));
            }
        }

        var claimed = await keys.ClaimAsync(claims, cancellationToken);
        var failures = RemoteKeyFailures.OfAll(request.Caller.UserId, body.OneTimeKeys.Keys);
        if (remote is not null)
        {
            var answer = await remote.ClaimAsync(elsewhere, RemoteKeyFailures.Timeout(body.Timeout), cancellationToken);
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
