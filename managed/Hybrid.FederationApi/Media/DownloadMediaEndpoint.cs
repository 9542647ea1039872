using Hybrid.Http;
using Hybrid.Media.Content;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Storage.Media;

namespace Hybrid.FederationApi.Media;

/// <summary><c>GET /_matrix/federation/v1/media/download/{mediaId}</c></summary>
sealed class DownloadMediaEndpoint(ContentRepository repository, ContentFiles files, ServerIdentity identity) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/federation/v1/media/download/{mediaId}", Access.Server, RateClass.Federation)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!MediaId.TryParse(request.Path("mediaId"), out var id))
            return ContentRepository.NoSuchMedia();

        var wait = ContentRepository.WaitOf(request.QueryInteger("timeout_ms"));
        var found = await repository.FindAsync(identity.Name, id, authenticated: true, wait, cancellationToken);
        return found.TryGet(out var content, out var error)
            ? await MultipartFile.OfAsync(files, content, content.ContentType, content.FileName, cancellationToken)
            : error;
    }
}
