using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Media;

/// <summary><c>GET /_matrix/media/v3/thumbnail/{serverName}/{mediaId}</c>, deprecated and frozen.</summary>
sealed class UnauthenticatedThumbnailEndpoint(MediaThumbnail thumbnail) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/media/v3/thumbnail/{serverName}/{mediaId}", Access.Anyone, RateClass.Media)];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        thumbnail.HandleAsync(request, cancellationToken);
}
