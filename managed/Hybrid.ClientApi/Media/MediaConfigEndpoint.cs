using Hybrid.Http;
using Hybrid.Media;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Media;

namespace Hybrid.ClientApi.Media;

/// <summary><c>GET /_matrix/client/v1/media/config</c>, and its deprecated place, which asks for a token as well.</summary>
sealed class MediaConfigEndpoint(MediaOptions options) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("GET", "/_matrix/client/v1/media/config", Access.UserOrGuest, RateClass.Media),
        new("GET", "/_matrix/media/v3/config", Access.UserOrGuest, RateClass.Media),
    ];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        ValueTask.FromResult<Result<Reply>>(
            Reply.Json(new MediaConfigResponse(options.MaxUploadBytes), MediaJsonContext.Default.MediaConfigResponse));
}
