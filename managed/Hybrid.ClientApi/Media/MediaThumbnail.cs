using Hybrid.Http;
using Hybrid.Media.Content;
using Hybrid.Media.Thumbnails;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Media;

/// <summary>What the two thumbnail endpoints have in common.</summary>
sealed class MediaThumbnail(ContentRepository repository, ContentFiles files, Thumbnailer thumbnailer)
{
    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var (server, id) = request.MxcUri();
        if (!ThumbnailSize.Read(request.RequiredQuery("width"), request.RequiredQuery("height"), request.Query("method")).TryGet(out var wanted, out var error))
            return error;

        var animated = request.QueryBoolean("animated") ?? false;
        var isPublic = request.CallerOrNull is null;

        var found = await repository.FindAsync(server, id, !isPublic, request.Wait(), cancellationToken, request.MayFetch());
        if (!found.TryGet(out var content, out error))
            return error;

        var drawn = await thumbnailer.FindAsync(content, wanted, animated, cancellationToken);
        if (!drawn.TryGet(out var thumbnail, out error))
            return error;

        var bytes = thumbnail.Path is { } path ? new MediaBytes(path, null) : await MediaBytes.FindAsync(request, files, content, cancellationToken);
        return bytes is null ? ContentRepository.NoSuchMedia() : new MediaFile(bytes, thumbnail.ContentType, thumbnail.FileName, thumbnail.ETag, isPublic).ToReply();
    }
}
