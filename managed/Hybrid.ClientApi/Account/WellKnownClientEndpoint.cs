using Hybrid.ClientApi.Calls;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Account;

/// <summary><c>GET /.well-known/matrix/client</c>: where clients find the server of this name.</summary>
sealed class WellKnownClientEndpoint(ServerDiscovery discovery, CallOptions calls) : IEndpoint
{
    readonly Reply? _answer = discovery.ClientBaseUrl is not { } url ? null : Reply.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartObject("m.homeserver"u8);
        writer.WriteString("base_url"u8, url.AbsoluteUri.TrimEnd('/'));
        writer.WriteEndObject();
        if (calls.LiveKitServiceUrl is not null)
            RtcTransports.Write(writer, "org.matrix.msc4143.rtc_foci", calls);
        writer.WriteEndObject();
    });

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/.well-known/matrix/client", Access.Anyone)];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        new(_answer is null ? MatrixError.NotFound("This server does not say where clients connect.") : _answer);
}
