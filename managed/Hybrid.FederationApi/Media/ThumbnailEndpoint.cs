using Hybrid.Http;
using Hybrid.Media.Content;
using Hybrid.Media.Thumbnails;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Storage.Media;

namespace Hybrid.FederationApi.Media;

/// <summary><c>GET /_matrix/federation/v1/media/thumbnail/{mediaId}</c></summary>
sealed class ThumbnailEndpoint(ContentRepository repository, ContentFiles files, Thumbnailer thumbnailer, ServerIdentity identity) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/federation/v1/media/thumbnail/{mediaId}", Access.Server, RateClass.Federation)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!MediaId.TryParse(request.Path("mediaId"), out var id))
            return ContentRepository.NoSuchMedia();
        if (!ThumbnailSize.Read(request.RequiredQuery("width"), request.RequiredQuery("height"), request.Query("method")).TryGet(out var wanted, out var error))
            return error;

        var animated = request.QueryBoolean("animated") ?? false;
        var wait = ContentRepository.WaitOf(request.QueryInteger("timeout_ms"));
        var found = await repository.FindAsync(identity.Name, id, authenticated: true, wait, cancellationToken);
        if (!found.TryGet(out var content, out error))
            return error;

        var drawn = await thumbnailer.FindAsync(content, wanted, animated, cancellationToken);
        if (!drawn.TryGet(out var thumbnail, out error))
            return error;

        return thumbnail.Path is { } path
            ? MultipartFile.Of(File.OpenRead(path), thumbnail.ContentType, thumbnail.FileName)
            : await MultipartFile.OfAsync(files, content, thumbnail.ContentType, thumbnail.FileName, cancellationToken);
    }
}
