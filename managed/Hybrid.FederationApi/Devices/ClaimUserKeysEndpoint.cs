using Hybrid.Accounts.Keys;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Keys;
using Hybrid.Rooms;
using Hybrid.Storage.Keys;

namespace Hybrid.FederationApi.Devices;

/// <summary><c>POST /_matrix/federation/v1/user/keys/claim</c></summary>
sealed class ClaimUserKeysEndpoint(ServerIdentity identity, IKeyStore keys) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_matrix/federation/v1/user/keys/claim", Access.Server, RateClass.Federation)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(KeysJson.Default.ClaimKeysRequest, cancellationToken);
        var claims = new List<KeyClaim>();
        foreach (var (userId, devices) in body.OneTimeKeys)
        {
            if (userId.Server != identity.Name)
                return LocalUsers.NotHere();

            foreach (var (deviceId, algorithm) in devices ?? new Dictionary<DeviceId, string>())
            {
                if (algorithm is null)
                    return MatrixError.BadJson($"The algorithm for '{userId}' must be a string.");
                claims.Add(new KeyClaim(userId, deviceId, algorithm));
            }
        }

        if (claims.Count > LocalUsers.MaxClaims)
            return LocalUsers.TooMany(LocalUsers.MaxClaims);

        var claimed = await keys.ClaimAsync(claims, cancellationToken);
        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            SignedKeyWriter.WriteClaimedKeys(writer, claimed);
            writer.WriteEndObject();
        });
    }
}
