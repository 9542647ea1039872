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
        var wanted = new ThumbnailSize(Side(request, "width"), Side(request, "height"), Method(request));
        var animated = request.QueryBoolean("animated") ?? false;
        var isPublic = request.CallerOrNull is null;

        var found = await repository.FindAsync(server, id, !isPublic, request.Wait(), cancellationToken);
        if (!found.TryGet(out var content, out var error))
            return error;

        var drawn = await thumbnailer.FindAsync(content, wanted, animated, cancellationToken);
        if (!drawn.TryGet(out var thumbnail, out error))
            return error;

        var bytes = thumbnail.Path is { } path ? new MediaBytes(path, null) : await MediaBytes.FindAsync(request, files, content, cancellationToken);
        return bytes is null ? ContentRepository.NoSuchMedia() : new MediaFile(bytes, thumbnail.ContentType, thumbnail.FileName, thumbnail.ETag, isPublic).ToReply();
    }

    static int Side(ApiRequest request, string name)
    {
        _ = request.RequiredQuery(name);
        return request.QueryInteger(name) is > 0 and <= int.MaxValue and { } side
            ? (int)side
            : throw new MatrixException(MatrixError.InvalidParam($"'{name}' must be a positive number of pixels."));
    }

    static ThumbnailMethod Method(ApiRequest request) => request.Query("method") switch
    {
        null or "scale" => ThumbnailMethod.Scale,
        "crop" => ThumbnailMethod.Crop,
        _ => throw new MatrixException(MatrixError.InvalidParam("'method' must be crop or scale.")),
    };
}
