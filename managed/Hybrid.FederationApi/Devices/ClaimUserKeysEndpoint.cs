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
        if (body.OneTimeKeys.Keys.Any(user => user.Server != identity.Name))
            return LocalUsers.NotHere();
        if (!KeyClaims.Read(body.OneTimeKeys).TryGet(out var claims, out var error))
            return error;
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
