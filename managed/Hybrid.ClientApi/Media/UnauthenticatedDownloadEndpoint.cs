using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Media;

/// <summary><c>GET /_matrix/media/v3/download/{serverName}/{mediaId}</c>, deprecated and frozen.</summary>
sealed class UnauthenticatedDownloadEndpoint(MediaDownload download) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/media/v3/download/{serverName}/{mediaId}", Access.Anyone, RateClass.Media)];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        download.HandleAsync(request, null, cancellationToken);
}
