using System.IO.Pipelines;
using Hybrid.Media.Content;
using Hybrid.Media.Thumbnails;
using Hybrid.Primitives;
using Hybrid.Storage.Media;

namespace Hybrid.Media.Previews;

/// <summary>An image of a preview, as this server keeps it. Sides are null where the server cannot read the format.</summary>
sealed record PreviewImage(MediaId Id, string ContentType, long Length, int? Width, int? Height);

/// <summary>Keeps images of previews as media of this server, so that clients need not ask strangers for them.</summary>
sealed class PreviewImages(MediaOptions media, PreviewOptions options, ContentRepository repository, ContentFiles files, IMediaStore store)
{
    // No account can have this name: those of accounts have small letters only.
    readonly UserId _owner = UserId.Parse($"@URL:{media.ServerName}");

    /// <summary>Keeps an image; null for one that is too large, or none that clients show.</summary>
    public async ValueTask<PreviewImage?> KeepAsync(FetchedPage fetched, CancellationToken cancellationToken)
    {
        if (!IsImage(fetched) || !fetched.IsWhole || fetched.Bytes.Length == 0)
            return null;

        var upload = new MediaUpload(PipeReader.Create(new System.Buffers.ReadOnlySequence<byte>(fetched.Bytes)), fetched.Bytes.Length, fetched.ContentType, null);
        if (!(await repository.KeepAsync(_owner, upload, options.MaxImageBytes, cancellationToken)).TryGet(out var id, out _)
            || await store.FindAsync(id, cancellationToken) is not { Content: { } content })
        {
            return null;
        }

        using var local = await files.BorrowAsync(content.Sha256, cancellationToken);
        return local is not null && ImageHeader.Read(local.Path, media.MaxThumbnailPixels).TryGet(out var read, out _)
            ? new PreviewImage(id, read.ContentType, content.Length, read.Width, read.Height)
            : new PreviewImage(id, content.ContentType, content.Length, null, null);
    }

    /// <summary>Whether what came is shown as an image. A drawing that can hold scripts is not.</summary>
    public static bool IsImage(FetchedPage fetched) =>
        fetched.ContentType is "image/jpeg" or "image/png" or "image/gif" or "image/webp" or "image/avif" or "image/apng" or "image/x-icon"
            or "image/vnd.microsoft.icon";
}
