using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Media;

/// <summary><c>GET /_matrix/client/v1/media/thumbnail/{serverName}/{mediaId}</c></summary>
sealed class ThumbnailEndpoint(MediaThumbnail thumbnail) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/client/v1/media/thumbnail/{serverName}/{mediaId}", Access.UserOrGuest, RateClass.Media)];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        thumbnail.HandleAsync(request, cancellationToken);
}
