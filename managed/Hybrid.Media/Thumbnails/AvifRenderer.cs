using Hybrid.Native.Avif;
using SkiaSharp;

namespace Hybrid.Media.Thumbnails;

/// <summary>Brings AVIF images to size, still and moving, where the system has libavif: the drawing library has no decoder for them.</summary>
static class AvifRenderer
{
    /// <summary>Opens a file; null when it cannot be read here.</summary>
    public static AvifDecoder? Open(string path, long maxPixels) =>
        AvifDecoder.Open(path, new AvifLimits((int)Math.Min(maxPixels, int.MaxValue), AnimationRenderer.MaxFrames));

    /// <summary>The first image as a thumbnail, PNG when it may be transparent, else JPEG; null when the file cannot be decoded.</summary>
    public static (SKData Data, bool IsPng)? Render(string path, ThumbnailSize size, long maxPixels)
    {
        using var decoder = Open(path, maxPixels);
        if (decoder is null)
            return null;

        using var canvas = NewCanvas(decoder);
        return ReadNext(decoder, canvas) && ThumbnailRenderer.Draw(canvas, (SKEncodedOrigin)decoder.Orientation, size) is { } drawn
            ? ThumbnailRenderer.Encode(canvas, drawn)
            : null;
    }

    /// <summary>All images as WebP; null when they cannot be decoded, or would cost too much.</summary>
    public static SKData? RenderAnimation(string path, ThumbnailSize size, long maxPixels)
    {
        using var decoder = Open(path, maxPixels);
        if (decoder is null || decoder.ImageCount < 2 || (long)decoder.Width * decoder.Height * decoder.ImageCount > AnimationRenderer.MaxPixels)
            return null;

        var (images, durations) = (new List<SKImage>(), new List<TimeSpan>());
        try
        {
            using var canvas = NewCanvas(decoder);
            while (images.Count < decoder.ImageCount)
            {
                if (!ReadNext(decoder, canvas) || ThumbnailRenderer.Draw(canvas, (SKEncodedOrigin)decoder.Orientation, size) is not { } drawn)
                    return null;

                images.Add(drawn);
                durations.Add(decoder.ImageDuration);
            }

            return AnimationRenderer.Encode(images, durations);
        }
        finally
        {
            foreach (var image in images)
                image.Dispose();
        }
    }

    static bool ReadNext(AvifDecoder decoder, SKBitmap canvas)
    {
        if (canvas.IsEmpty || !decoder.TryReadNext(canvas.GetPixelSpan()))
            return false;

        canvas.NotifyPixelsChanged();
        return true;
    }

    // Empty when there is no memory for it.
    static SKBitmap NewCanvas(AvifDecoder decoder)
    {
        var canvas = new SKBitmap();
        canvas.TryAllocPixels(new SKImageInfo(
            decoder.Width, decoder.Height, SKColorType.Rgba8888, decoder.HasAlpha ? SKAlphaType.Premul : SKAlphaType.Opaque, ColorsOf(decoder)));
        return canvas;
    }

    static SKColorSpace ColorsOf(AvifDecoder decoder) =>
        (decoder.ColorProfile.Length > 0 ? SKColorSpace.CreateIcc(decoder.ColorProfile) : null) ?? decoder.Colors switch
        {
            AvifColors.Rec2020 => SKColorSpace.CreateRgb(SKColorSpaceTransferFn.Srgb, SKColorSpaceXyz.Rec2020),
            AvifColors.DisplayP3 => SKColorSpace.CreateRgb(SKColorSpaceTransferFn.Srgb, SKColorSpaceXyz.DisplayP3),
            _ => SKColorSpace.CreateSrgb(),
        };
}
