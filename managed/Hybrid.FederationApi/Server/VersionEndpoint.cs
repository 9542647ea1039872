using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.FederationApi.Server;

/// <summary><c>GET /_matrix/federation/v1/version</c>: which program this is.</summary>
sealed class VersionEndpoint(FederationApiOptions options) : IEndpoint
{
    readonly Reply _answer = Reply.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartObject("server"u8);
        writer.WriteString("name"u8, "Hybrid");
        writer.WriteString("version"u8, options.Version);
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/federation/v1/version", Access.Anyone)];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) => new(_answer);
}
