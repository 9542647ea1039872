using SkiaSharp;

namespace Hybrid.Media.Thumbnails;

/// <summary>Brings every frame of an animated GIF or WebP to size.</summary>
static class AnimationRenderer
{
    /// <summary>An animation of more frames is not drawn again.</summary>
    public const int MaxFrames = 500;

    /// <summary>All frames together, before they shrink: what one thumbnail may cost in time.</summary>
    public const long MaxPixels = 400L * 1024 * 1024;

    const float Quality = 75;

    // Browsers take shorter ones for a mistake, and show them this long.
    static readonly TimeSpan ShortestFrame = TimeSpan.FromMilliseconds(20);

    /// <summary>The animation as WebP; null when it cannot be decoded, or would cost too much.</summary>
    public static SKData? Render(string path, ThumbnailSize size)
    {
        using var codec = SKCodec.Create(path);
        if (codec is null || codec.FrameCount is < 2 or > MaxFrames
            || (long)codec.Info.Width * codec.Info.Height * codec.FrameCount > MaxPixels)
        {
            return null;
        }

        var images = new List<SKImage>();
        try
        {
            var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Premul, SKColorSpace.CreateSrgb());
            using var canvas = new SKBitmap();
            if (!canvas.TryAllocPixels(info))
                return null;

            var frames = codec.FrameInfo;
            for (var number = 0; number < frames.Length; number++)
            {
                // A frame that builds on the one before it is painted over that; the decoder goes back by itself for any other.
                var builds = number > 0 && frames[number].RequiredFrame == number - 1;
                if (!builds)
                    canvas.Erase(SKColors.Transparent);
                var options = builds ? new SKCodecOptions(number, number - 1) : new SKCodecOptions(number);
                if (codec.GetPixels(info, canvas.GetPixels(), options) is not (SKCodecResult.Success or SKCodecResult.IncompleteInput))
                    return null;

                canvas.NotifyPixelsChanged();
                if (ThumbnailRenderer.Draw(canvas, codec.EncodedOrigin, size) is not { } drawn)
                    return null;
                images.Add(drawn);
            }

            return Encode(images, [.. frames.Select(static frame => TimeSpan.FromMilliseconds(frame.Duration))]);
        }
        finally
        {
            foreach (var image in images)
                image.Dispose();
        }
    }

    /// <summary>Frames with how long each is shown, as WebP; null when that fails.</summary>
    public static SKData? Encode(IReadOnlyList<SKImage> images, IReadOnlyList<TimeSpan> durations)
    {
        var frames = images.Zip(durations, static (image, told) => new SKWebpEncoderFrame(image, told < ShortestFrame ? TimeSpan.FromMilliseconds(100) : told)).ToArray();
        return SKWebpEncoder.EncodeAnimated(frames, new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossy, Quality));
    }
}
