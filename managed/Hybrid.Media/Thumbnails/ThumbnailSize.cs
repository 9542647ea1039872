using System.Globalization;
using Hybrid.Primitives;

namespace Hybrid.Media.Thumbnails;

/// <summary>How an image is brought to size (specification, "Thumbnails").</summary>
public enum ThumbnailMethod
{
    /// <summary>Fits the whole image into the size.</summary>
    Scale,

    /// <summary>Fills the size and cuts off what sticks out.</summary>
    Crop,
}

/// <summary>A size in pixels and how to reach it.</summary>
public readonly record struct ThumbnailSize(int Width, int Height, ThumbnailMethod Method)
{
    /// <summary>What a request asks for; <c>M_INVALID_PARAM</c> when that makes no sense. Without a method, the image is scaled.</summary>
    public static Result<ThumbnailSize> Read(string width, string height, string? method)
    {
        if (!TryReadSide(width, out var wide) || !TryReadSide(height, out var high))
            return MatrixError.InvalidParam("'width' and 'height' must be positive numbers of pixels.");

        return method switch
        {
            null or "scale" => new ThumbnailSize(wide, high, ThumbnailMethod.Scale),
            "crop" => new ThumbnailSize(wide, high, ThumbnailMethod.Crop),
            _ => MatrixError.InvalidParam("'method' must be crop or scale."),
        };

        static bool TryReadSide(string text, out int side) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out side) && side > 0;
    }

    /// <summary>The part of a file name that tells this size from others.</summary>
    public string Variant => string.Create(
        CultureInfo.InvariantCulture, $"{Width}x{Height}-{(Method == ThumbnailMethod.Crop ? "crop" : "scale")}");
}

/// <summary>
/// Which thumbnails are made. A fixed list, as the specification has it, bounds what one image can cost in time and on disk.
/// </summary>
public static class ThumbnailSizes
{
    static readonly ThumbnailSize[] Scaled =
    [
        new(320, 240, ThumbnailMethod.Scale), new(640, 480, ThumbnailMethod.Scale), new(800, 600, ThumbnailMethod.Scale),
    ];

    static readonly ThumbnailSize[] Cropped = [new(32, 32, ThumbnailMethod.Crop), new(96, 96, ThumbnailMethod.Crop)];

    /// <summary>
    /// The smallest thumbnail that is no smaller than what was asked for; null when only the image itself is large enough, or when
    /// making it would mean to enlarge the image.
    /// </summary>
    public static ThumbnailSize? Choose(int imageWidth, int imageHeight, ThumbnailSize wanted)
    {
        if (wanted.Method == ThumbnailMethod.Crop)
        {
            foreach (var size in Cropped)
            {
                // A square is no stand-in for another shape.
                if (size.Width >= wanted.Width && wanted.Width == wanted.Height)
                    return Shrinks(size) ? size : null;
            }
        }

        foreach (var size in Scaled)
        {
            if (Satisfies(size))
                return Shrinks(size) ? size : null;
        }

        return null;

        bool Shrinks(ThumbnailSize size) => imageWidth > size.Width || imageHeight > size.Height;

        bool Satisfies(ThumbnailSize size)
        {
            if (wanted.Method == ThumbnailMethod.Scale)
                return size.Width >= wanted.Width && size.Height >= wanted.Height;

            // Whoever wants to crop needs both sides, as far as the image has them.
            var (width, height) = OutputOf(imageWidth, imageHeight, size);
            return width >= Math.Min(wanted.Width, imageWidth) && height >= Math.Min(wanted.Height, imageHeight);
        }
    }

    /// <summary>The width and height in pixels that an image gets; never more than it has.</summary>
    public static (int Width, int Height) OutputOf(int imageWidth, int imageHeight, ThumbnailSize size)
    {
        if (size.Method == ThumbnailMethod.Crop)
            return (Math.Min(size.Width, imageWidth), Math.Min(size.Height, imageHeight));

        var factor = FactorOf(imageWidth, imageHeight, size);
        return (Math.Max(1, (int)Math.Round(imageWidth * factor)), Math.Max(1, (int)Math.Round(imageHeight * factor)));
    }

    /// <summary>What both sides are multiplied with; at most 1.</summary>
    public static double FactorOf(int imageWidth, int imageHeight, ThumbnailSize size)
    {
        var horizontal = (double)size.Width / imageWidth;
        var vertical = (double)size.Height / imageHeight;
        return Math.Min(1, size.Method == ThumbnailMethod.Crop ? Math.Max(horizontal, vertical) : Math.Min(horizontal, vertical));
    }
}
