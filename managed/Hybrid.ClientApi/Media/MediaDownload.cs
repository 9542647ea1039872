using Hybrid.Http;
using Hybrid.Media.Content;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Media;

/// <summary>What the four download endpoints have in common.</summary>
sealed class MediaDownload(ContentRepository repository, ContentFiles files)
{
    /// <summary>Answers with the content; <paramref name="fileName"/> replaces the uploader's when there is one.</summary>
    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, string? fileName, CancellationToken cancellationToken)
    {
        var (server, id) = request.MxcUri();
        var isPublic = request.CallerOrNull is null;
        var found = await repository.FindAsync(server, id, !isPublic, request.Wait(), cancellationToken, request.MayFetch());
        if (!found.TryGet(out var content, out var error))
            return error;

        return await MediaBytes.FindAsync(request, files, content, cancellationToken) is not { } bytes
            ? ContentRepository.NoSuchMedia()
            : new MediaFile(bytes, content.ContentType, fileName ?? content.FileName, $"\"{content.Sha256}\"", isPublic).ToReply();
    }
}
