using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.FederationApi.Server;

/// <summary><c>GET /.well-known/matrix/server</c>: where other servers find the one of this name.</summary>
sealed class WellKnownServerEndpoint(FederationApiOptions options) : IEndpoint
{
    readonly Reply? _answer = options.DelegatedServer is not { } server ? null : Reply.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("m.server"u8, server);
        writer.WriteEndObject();
    });

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/.well-known/matrix/server", Access.Anyone)];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        new(_answer is null ? MatrixError.NotFound("This server does not delegate federation.") : _answer);
}
