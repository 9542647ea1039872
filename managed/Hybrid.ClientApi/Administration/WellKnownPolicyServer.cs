using Hybrid.ClientApi.Account;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Administration;

/// <summary><c>GET /.well-known/matrix/policy_server</c>: the key of the policy server of this name, for <c>m.room.policy</c>.</summary>
sealed class WellKnownPolicyServer(ServerDiscovery discovery) : IEndpoint
{
    readonly Reply? _answer = discovery.PolicyServerKey is not { } key ? null : Reply.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartObject("public_keys"u8);
        writer.WriteString("ed25519"u8, key);
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/.well-known/matrix/policy_server", Access.Anyone)];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        new(_answer is null ? MatrixError.NotFound("There is no policy server of this name.") : _answer);
}
