using Hybrid.Accounts.Keys;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Keys;
using Hybrid.Storage.Keys;

namespace Hybrid.ClientApi.Keys;

/// <summary><c>POST /_matrix/client/v3/keys/query</c></summary>
sealed class QueryKeysEndpoint(KeyDirectory directory, IRemoteKeys? remote = null) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_matrix/client/v3/keys/query", Access.UserOrGuest)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(KeysJson.Default.QueryKeysRequest, cancellationToken);
        var asker = request.Caller.UserId;
        var here = asker.Server;
        var local = body.DeviceKeys.Where(user => user.Key.Server == here).ToDictionary();
        var elsewhere = body.DeviceKeys.Where(user => user.Key.Server != here).ToDictionary();
        var found = await directory.QueryAsync(asker, local, cancellationToken);
        var failures = RemoteKeyFailures.OfAll(asker, elsewhere.Keys);
        if (elsewhere.Count > 0 && remote is not null)
        {
            var answer = await remote.QueryAsync(asker, elsewhere, RemoteKeyFailures.Timeout(body.Timeout), cancellationToken);
            (found, failures) = ([.. found, .. answer.Found], answer.Failures);
        }

        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            RemoteKeyFailures.Write(writer, failures);
            SignedKeyWriter.WriteQueriedKeys(writer, found, CrossSigningUsage.Master, CrossSigningUsage.SelfSigning, CrossSigningUsage.UserSigning);
            writer.WriteEndObject();
        });
    }
}
