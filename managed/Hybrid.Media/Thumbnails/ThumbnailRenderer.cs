using SkiaSharp;

namespace Hybrid.Media.Thumbnails;

/// <summary>Decodes the first frame of an image, turns it upright, and brings it to size.</summary>
static class ThumbnailRenderer
{
    const int JpegQuality = 80;

    // Without blending between halved copies, fine lines flicker away when an image shrinks a lot.
    static readonly SKSamplingOptions Sampling = new(SKFilterMode.Linear, SKMipmapMode.Linear);

    /// <summary>The encoded thumbnail, PNG when the image may be transparent, else JPEG; null when the file cannot be decoded.</summary>
    public static (SKData Data, bool IsPng)? Render(string path, ThumbnailSize size)
    {
        using var codec = SKCodec.Create(path);
        if (codec is null)
            return null;

        var origin = codec.EncodedOrigin;
        var stored = codec.Info.Size;
        var shown = ImageHeader.SwapsSides(origin) ? new SKSizeI(stored.Height, stored.Width) : stored;
        using var bitmap = Decode(codec, ThumbnailSizes.FactorOf(shown.Width, shown.Height, size));
        return bitmap is null || Draw(bitmap, shown, origin, size) is not { } rendered ? null : Encode(bitmap, rendered);
    }

    /// <summary>A picture drawn of a decoded image, encoded; it is disposed.</summary>
    public static (SKData Data, bool IsPng)? Encode(SKBitmap bitmap, SKImage rendered)
    {
        // Few images have an alpha channel that says something; one that says nothing costs a thumbnail several times its bytes.
        using (rendered)
        {
            var isPng = bitmap.AlphaType != SKAlphaType.Opaque;
            var data = rendered.Encode(isPng ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg, JpegQuality);
            return data is null ? null : (data, isPng);
        }
    }

    /// <summary>A decoded image, upright and brought to size; null when there is no memory for it.</summary>
    public static SKImage? Draw(SKBitmap bitmap, SKEncodedOrigin origin, ThumbnailSize size) => Draw(
        bitmap, ImageHeader.SwapsSides(origin) ? new SKSizeI(bitmap.Height, bitmap.Width) : new SKSizeI(bitmap.Width, bitmap.Height), origin, size);

    // The decoder may have shrunk the image already: how large it is shown is told apart from what it delivered.
    static SKImage? Draw(SKBitmap bitmap, SKSizeI shown, SKEncodedOrigin origin, ThumbnailSize size)
    {
        var factor = ThumbnailSizes.FactorOf(shown.Width, shown.Height, size);
        var (width, height) = ThumbnailSizes.OutputOf(shown.Width, shown.Height, size);
        var alpha = bitmap.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Premul;
        using var surface = SKSurface.Create(new SKImageInfo(width, height, SKColorType.Rgba8888, alpha, SKColorSpace.CreateSrgb()));
        if (surface is null)
            return null;

        var decoded = ImageHeader.SwapsSides(origin) ? new SKSizeI(bitmap.Height, bitmap.Width) : new SKSizeI(bitmap.Width, bitmap.Height);
        var scaledWidth = size.Method == ThumbnailMethod.Crop ? shown.Width * factor : width;
        var scaledHeight = size.Method == ThumbnailMethod.Crop ? shown.Height * factor : height;
        var canvas = surface.Canvas;
        canvas.Clear(SKColors.Transparent);
        canvas.Translate((float)(width - scaledWidth) / 2, (float)(height - scaledHeight) / 2);
        canvas.Scale((float)(scaledWidth / decoded.Width), (float)(scaledHeight / decoded.Height));
        canvas.Concat(Upright(origin, bitmap.Width, bitmap.Height));
        using (var image = SKImage.FromBitmap(bitmap))
            canvas.DrawImage(image, 0, 0, Sampling);
        return surface.Snapshot();
    }

    static SKBitmap? Decode(SKCodec codec, double factor)
    {
        var size = ReducedSize(codec, factor);
        var alpha = codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Premul;
        var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, alpha, SKColorSpace.CreateSrgb());
        var bitmap = new SKBitmap();
        if (bitmap.TryAllocPixels(info) && codec.GetPixels(info, bitmap.GetPixels()) is SKCodecResult.Success or SKCodecResult.IncompleteInput)
        {
            bitmap.SetImmutable();
            return bitmap;
        }

        bitmap.Dispose();
        return null;
    }

    // JPEG decodes to eighths of its size at a fraction of the cost; the other formats answer with their full size.
    static SKSizeI ReducedSize(SKCodec codec, double factor)
    {
        const int Steps = 8;
        var step = Math.Clamp((int)Math.Ceiling(factor * Steps), 1, Steps);
        return codec.GetScaledDimensions((float)step / Steps);
    }

    // EXIF orientation as a matrix on the stored pixels.
    static SKMatrix Upright(SKEncodedOrigin origin, int width, int height) => origin switch
    {
        SKEncodedOrigin.TopRight => new SKMatrix(-1, 0, width, 0, 1, 0, 0, 0, 1),
        SKEncodedOrigin.BottomRight => new SKMatrix(-1, 0, width, 0, -1, height, 0, 0, 1),
        SKEncodedOrigin.BottomLeft => new SKMatrix(1, 0, 0, 0, -1, height, 0, 0, 1),
        SKEncodedOrigin.LeftTop => new SKMatrix(0, 1, 0, 1, 0, 0, 0, 0, 1),
        SKEncodedOrigin.RightTop => new SKMatrix(0, -1, height, 1, 0, 0, 0, 0, 1),
        SKEncodedOrigin.RightBottom => new SKMatrix(0, -1, height, -1, 0, width, 0, 0, 1),
        SKEncodedOrigin.LeftBottom => new SKMatrix(0, 1, 0, -1, 0, width, 0, 0, 1),
        _ => SKMatrix.Identity,
    };
}
