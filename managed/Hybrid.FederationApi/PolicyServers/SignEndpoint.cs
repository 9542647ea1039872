using Hybrid.Federation.PolicyServers;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.PolicyServers;

namespace Hybrid.FederationApi.PolicyServers;

/// <summary><c>POST /_matrix/policy/v1/sign</c>: the signature of this server as the policy server of a room (MSC4284).</summary>
sealed class SignEndpoint(OwnPolicyServer policyServer, ServerIdentity identity) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/policy/v1/sign", Access.Server, RateClass.Federation)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var json = await request.ReadObjectAsync(cancellationToken);
        if (!(await policyServer.SignAsync(request.Origin, json, cancellationToken)).TryGet(out var signature, out var error))
            return error;

        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject(identity.Name.Value);
            writer.WriteString(RoomPolicy.KeyId, signature);
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }
}
