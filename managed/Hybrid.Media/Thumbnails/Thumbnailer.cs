using System.Collections.Concurrent;
using Hybrid.Media.Content;
using Hybrid.Native.Avif;
using Hybrid.Primitives;
using Hybrid.Storage.Media;
using Hybrid.Storage.Space;
using Microsoft.Extensions.Logging;
using SkiaSharp;

namespace Hybrid.Media.Thumbnails;

/// <summary>What answers a request for a thumbnail: a thumbnail, or the image itself.</summary>
/// <param name="Path">The file; null for the image itself.</param>
/// <param name="ContentType">What it is.</param>
/// <param name="ETag">Quoted.</param>
public sealed record Thumbnail(string? Path, string ContentType, string ETag)
{
    /// <summary>A name for people who save it.</summary>
    public string FileName => $"thumbnail.{(ContentType == "image/jpeg" ? "jpg" : ContentType["image/".Length..])}";
}

/// <summary>Makes thumbnails when they are first asked for, and keeps them on disk.</summary>
public sealed class Thumbnailer : IDisposable
{
    const int MaxKnownHeaders = 10_000;

    // An image that cannot be drawn here stands for itself, unless it is larger than anyone wants of a thumbnail.
    const long MaxUndrawnBytes = 4 * 1024 * 1024;

    static readonly string[] Extensions = ["jpg", "png", "webp"];

    // What a still picture of an animation is called when the animation itself would be the answer.
    static readonly ThumbnailSize FullSize = new(int.MaxValue, int.MaxValue, ThumbnailMethod.Scale);

    readonly MediaOptions _options;
    readonly ContentFiles _files;
    readonly ImageWorker _worker;
    readonly ConcurrentDictionary<string, ImageHeader> _headers = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, Task<Result<Thumbnail>>> _underway = new(StringComparer.Ordinal);

    public Thumbnailer(MediaOptions options, ContentFiles files, ILogger<Thumbnailer> logger)
    {
        (_options, _files) = (options, files);
        _worker = new ImageWorker(options.ThumbnailThreads, options.ThumbnailQueueLength);
        if (!AvifDecoder.IsAvailable)
            logger.LogInformation("AVIF images get no thumbnails, and stand for themselves: this system has no libavif (Debian: libavif16 or libavif15).");
    }

    /// <summary>
    /// The thumbnail for a wanted size. The image itself when that is smaller than the wanted size, when no thumbnail is large
    /// enough, or when it is an animation that <paramref name="animated"/> asks for and that cannot be brought to size. <c>M_UNKNOWN</c> when the content is no image that
    /// is supported, <c>M_TOO_LARGE</c> when it is too large, <c>M_LIMIT_EXCEEDED</c> when too many wait.
    /// </summary>
    public async ValueTask<Result<Thumbnail>> FindAsync(MediaContent content, ThumbnailSize wanted, bool animated, CancellationToken cancellationToken)
    {
        if (content.Length > _options.MaxThumbnailSourceBytes)
            return MatrixError.TooLarge($"Files of more than {_options.MaxThumbnailSourceBytes} bytes get no thumbnails.");

        if (!_headers.TryGetValue(content.Sha256, out var header))
        {
            using var local = await _files.BorrowAsync(content.Sha256, cancellationToken);
            if (local is null)
                return ContentRepository.NoSuchMedia();

            // Not given up when the caller is: the file must stay while it is read.
            var read = await _worker.RunAsync(() => ImageHeader.Read(local.Path, _options.MaxThumbnailPixels));
            if (!read.TryGet(out header, out var error))
                return error;
            Remember(content.Sha256, header);
        }

        if (!header.CanBeDrawn)
            return content.Length <= MaxUndrawnBytes ? Original(content.Sha256, header) : ImageHeader.Unsupported();

        var size = ThumbnailSizes.Choose(header.Width, header.Height, wanted);
        var moves = header.IsAnimated && animated;
        if (size is null ? moves || !header.IsAnimated : moves && !header.CanBeAnimated)
            return Original(content.Sha256, header);

        return await RenderOnceAsync(content.Sha256, header, size ?? FullSize, moves).WaitAsync(cancellationToken);
    }

    public void Dispose() => _worker.Dispose();

    // Ten clients that open a room at once ask for the same avatar; it is drawn once.
    async Task<Result<Thumbnail>> RenderOnceAsync(string sha256, ImageHeader header, ThumbnailSize size, bool moves)
    {
        var variant = size == FullSize ? "still" : moves ? $"{size.Variant}-animated" : size.Variant;
        if (FindRendered(sha256, variant) is { } rendered)
            return rendered;

        var key = $"{sha256}-{variant}";
        var completion = new TaskCompletionSource<Result<Thumbnail>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var underway = _underway.GetOrAdd(key, completion.Task);
        if (underway != completion.Task)
            return await underway;

        try
        {
            // Others wait for it too, whoever of them goes.
            using var local = await _files.BorrowAsync(sha256, CancellationToken.None);
            var result = local is null ? ContentRepository.NoSuchMedia() : await _worker.RunAsync(() => Render(sha256, variant, local.Path, header, size, moves));
            completion.SetResult(result);
            return result;
        }
        catch (Exception exception)
        {
            completion.SetException(exception);
            _ = completion.Task.Exception;
            throw;
        }
        finally
        {
            _underway.TryRemove(key, out _);
        }
    }

    Result<Thumbnail> Render(string sha256, string variant, string source, ImageHeader header, ThumbnailSize size, bool moves)
    {
        if (FindRendered(sha256, variant) is { } rendered)
            return rendered;
        if (Draw(source, header, size, moves) is not { } drawn)
            return moves ? Original(sha256, header) : ImageHeader.Unsupported();

        using var data = drawn.Data;
        // Some animations are made so well that drawing them again makes them no smaller.
        if (moves && data.Size >= new FileInfo(source).Length)
            return Original(sha256, header);

        var path = _files.ThumbnailPath(sha256, $"{variant}.{drawn.Extension}");
        try
        {
            _files.SaveThumbnail(path, data.SaveTo);
        }
        catch (StorageFullException)
        {
            // Reading goes on without room: a picture that is larger than asked for is better than none.
            return Original(sha256, header);
        }

        return Describe(path, sha256, variant, drawn.Extension);
    }

    (SKData Data, string Extension)? Draw(string source, ImageHeader header, ThumbnailSize size, bool moves)
    {
        var isAvif = header.ContentType == ImageHeader.Avif;
        if (moves)
            return (isAvif ? AvifRenderer.RenderAnimation(source, size, _options.MaxThumbnailPixels) : AnimationRenderer.Render(source, size)) is { } animation ? (animation, "webp") : null;

        var still = isAvif ? AvifRenderer.Render(source, size, _options.MaxThumbnailPixels) : ThumbnailRenderer.Render(source, size);
        return still is var (data, isPng) ? (data, isPng ? "png" : "jpg") : null;
    }

    static Thumbnail Original(string sha256, ImageHeader header) => new(null, header.ContentType, $"\"{sha256}\"");

    Thumbnail? FindRendered(string sha256, string variant)
    {
        foreach (var extension in Extensions)
        {
            var path = _files.ThumbnailPath(sha256, $"{variant}.{extension}");
            if (File.Exists(path))
                return Describe(path, sha256, variant, extension);
        }

        return null;
    }

    static Thumbnail Describe(string path, string sha256, string variant, string extension) =>
        new(path, extension == "jpg" ? "image/jpeg" : $"image/{extension}", $"\"{sha256}-{variant}\"");

    void Remember(string sha256, ImageHeader header)
    {
        // Headers are cheap to read again; forgetting all of them now and then is the simplest bound.
        if (_headers.Count >= MaxKnownHeaders)
            _headers.Clear();
        _headers[sha256] = header;
    }
}
