using System.Text.Json;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Calls;

/// <summary><c>GET /_matrix/client/v1/rtc/transports</c>: over what MatrixRTC calls go (MSC4143).</summary>
sealed class RtcTransports(CallOptions options) : IEndpoint
{
    readonly Reply _answer = Reply.Write(writer =>
    {
        writer.WriteStartObject();
        Write(writer, "rtc_transports", options);
        writer.WriteEndObject();
    });

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("GET", "/_matrix/client/v1/rtc/transports", Access.UserOrGuest),
        new("GET", "/_matrix/client/unstable/org.matrix.msc4143/rtc/transports", Access.UserOrGuest),
    ];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) => new(_answer);

    /// <summary>Writes the transports as a list of this name.</summary>
    internal static void Write(Utf8JsonWriter writer, string name, CallOptions options)
    {
        writer.WriteStartArray(name);
        if (options.LiveKitServiceUrl is { } url)
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "livekit"u8);
            writer.WriteString("livekit_service_url"u8, url.OriginalString);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
