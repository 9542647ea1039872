using System.Text.Json;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Account;

/// <summary><c>GET /_matrix/client/versions</c></summary>
sealed class VersionsEndpoint(ServerFeatures features) : IEndpoint
{
    readonly Reply _answer = Reply.Write(writer => Write(writer, features));

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/versions", Access.Anyone)];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) => new(_answer);

    static void Write(Utf8JsonWriter writer, ServerFeatures features)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("versions"u8);
        foreach (var version in features.SpecVersions)
            writer.WriteStringValue(version);
        writer.WriteEndArray();
        writer.WriteStartObject("unstable_features"u8);
        foreach (var (feature, there) in features.UnstableFeatures)
            writer.WriteBoolean(feature, there);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
