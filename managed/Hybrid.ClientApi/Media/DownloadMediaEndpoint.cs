using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Media;

/// <summary><c>GET /_matrix/client/v1/media/download/{serverName}/{mediaId}</c></summary>
sealed class DownloadMediaEndpoint(MediaDownload download) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/client/v1/media/download/{serverName}/{mediaId}", Access.UserOrGuest, RateClass.Media)];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        download.HandleAsync(request, null, cancellationToken);
}
