using SkiaSharp;

namespace Hybrid.Media.Tests;

/// <summary>Small images made on the spot: the left half red, the right half blue.</summary>
static class TestImages
{
    public static byte[] Encode(int width, int height, SKEncodedImageFormat format = SKEncodedImageFormat.Png, bool transparent = false)
    {
        using var surface = SKSurface.Create(new SKImageInfo(
            width, height, SKColorType.Rgba8888, transparent ? SKAlphaType.Premul : SKAlphaType.Opaque));
        surface.Canvas.Clear(SKColors.Red);
        using var paint = new SKPaint { Color = transparent ? new SKColor(0, 0, 255, 128) : SKColors.Blue, BlendMode = SKBlendMode.Src };
        surface.Canvas.DrawRect(width / 2f, 0, width, height, paint);
        using var image = surface.Snapshot();
        using var data = image.Encode(format, 95);
        return data.ToArray();
    }

    /// <summary>A file of the folder Avif, which says what is on it.</summary>
    public static byte[] Avif(string name)
    {
        using var stream = typeof(TestImages).Assembly.GetManifestResourceStream($"{name}.avif")!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
