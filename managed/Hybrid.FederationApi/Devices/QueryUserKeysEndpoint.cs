using Hybrid.Accounts.Keys;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Keys;
using Hybrid.Rooms;
using Hybrid.Storage.Keys;

namespace Hybrid.FederationApi.Devices;

/// <summary><c>POST /_matrix/federation/v1/user/keys/query</c></summary>
sealed class QueryUserKeysEndpoint(ServerIdentity identity, KeyDirectory directory) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_matrix/federation/v1/user/keys/query", Access.Server, RateClass.Federation)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(KeysJson.Default.QueryKeysRequest, cancellationToken);
        if (body.DeviceKeys.Keys.Any(user => user.Server != identity.Name))
            return LocalUsers.NotHere();
        if (body.DeviceKeys.Count > LocalUsers.MaxQueried)
            return LocalUsers.TooMany(LocalUsers.MaxQueried);

        var found = await directory.QueryForServerAsync(body.DeviceKeys, cancellationToken);
        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            SignedKeyWriter.WriteQueriedKeys(writer, found, CrossSigningUsage.Master, CrossSigningUsage.SelfSigning);
            writer.WriteEndObject();
        });
    }
}
