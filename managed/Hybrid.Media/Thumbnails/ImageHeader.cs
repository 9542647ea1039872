using System.Buffers.Binary;
using Hybrid.Primitives;
using SkiaSharp;

namespace Hybrid.Media.Thumbnails;

/// <summary>What an image file says about itself, read without decoding a pixel.</summary>
/// <param name="ContentType">Of the bytes, whatever the uploader claimed.</param>
/// <param name="Width">In pixels, as shown: orientation marks are applied.</param>
/// <param name="Height">In pixels, as shown.</param>
/// <param name="IsAnimated">Whether it has more than one frame.</param>
sealed record ImageHeader(string ContentType, int Width, int Height, bool IsAnimated)
{
    /// <summary>The content type of AVIF, which a decoder of its own reads.</summary>
    public const string Avif = "image/avif";

    /// <summary>Whether thumbnails of it can be drawn; if not, it stands for itself.</summary>
    public bool CanBeDrawn { get; init; } = true;

    /// <summary>Whether its frames can be drawn, and not the first alone.</summary>
    public bool CanBeAnimated => IsAnimated && CanBeDrawn && ContentType is "image/gif" or "image/webp" or Avif;

    /// <summary>
    /// Reads the header. <c>M_UNKNOWN</c> for files that are no JPEG, PNG, GIF, WebP or AVIF, <c>M_TOO_LARGE</c> for those that would
    /// unpack to more than <paramref name="maxPixels"/>.
    /// </summary>
    public static Result<ImageHeader> Read(string path, long maxPixels)
    {
        using var codec = SKCodec.Create(path);
        if (codec is null || ContentTypeOf(codec.EncodedFormat) is not { } contentType)
            return ReadAvif(path, maxPixels);

        var size = codec.Info.Size;
        if ((long)size.Width * size.Height > maxPixels)
            return MatrixError.TooLarge($"Images of more than {maxPixels} pixels get no thumbnails.");

        var animated = codec.EncodedFormat == SKEncodedImageFormat.Png ? IsAnimatedPng(path) : codec.FrameCount > 1;
        return SwapsSides(codec.EncodedOrigin)
            ? new ImageHeader(contentType, size.Height, size.Width, animated)
            : new ImageHeader(contentType, size.Width, size.Height, animated);
    }

    /// <summary>The refusal for files that are no image of a known kind, or a broken one.</summary>
    public static MatrixError Unsupported() => MatrixError.Of(400, "M_UNKNOWN", "Thumbnails cannot be made of this content.");

    /// <summary>Whether an orientation mark turns the image by a quarter.</summary>
    public static bool SwapsSides(SKEncodedOrigin origin) =>
        origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;

    static Result<ImageHeader> ReadAvif(string path, long maxPixels)
    {
        if (AvifHeader.Read(path) is not var (width, height, isSequence) || (long)width * height > maxPixels)
            return Unsupported();

        using var decoder = AvifRenderer.Open(path, maxPixels);
        if (decoder is null)
            return new ImageHeader(Avif, width, height, isSequence) { CanBeDrawn = false };

        return SwapsSides((SKEncodedOrigin)decoder.Orientation)
            ? new ImageHeader(Avif, decoder.Height, decoder.Width, decoder.ImageCount > 1)
            : new ImageHeader(Avif, decoder.Width, decoder.Height, decoder.ImageCount > 1);
    }

    static string? ContentTypeOf(SKEncodedImageFormat format) => format switch
    {
        SKEncodedImageFormat.Jpeg => "image/jpeg",
        SKEncodedImageFormat.Png => "image/png",
        SKEncodedImageFormat.Gif => "image/gif",
        SKEncodedImageFormat.Webp => "image/webp",
        _ => null,
    };

    // An animated PNG has an "acTL" chunk before its pixels; other decoders see a plain PNG.
    static bool IsAnimatedPng(string path)
    {
        const int SignatureLength = 8;
        const int ChunkOverhead = 12;
        const int MaxChunks = 1000;

        using var file = File.OpenHandle(path);
        Span<byte> header = stackalloc byte[8];
        long offset = SignatureLength;
        for (var i = 0; i < MaxChunks && RandomAccess.Read(file, header, offset) == header.Length; i++)
        {
            var type = header[4..];
            if (type.SequenceEqual("acTL"u8))
                return true;
            if (type.SequenceEqual("IDAT"u8))
                return false;
            offset += ChunkOverhead + BinaryPrimitives.ReadUInt32BigEndian(header);
        }

        return false;
    }
}
