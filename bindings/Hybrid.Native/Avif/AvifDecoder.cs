using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Hybrid.Native.Avif;

/// <summary>What may be asked of an AVIF file at most.</summary>
/// <param name="MaxPixels">Of one image; the decoder refuses larger ones before it takes memory for them.</param>
/// <param name="MaxImages">In one file.</param>
public readonly record struct AvifLimits(int MaxPixels, int MaxImages);

/// <summary>Which primary colors pixels are of, where the file has no color profile (ITU-T H.273).</summary>
public enum AvifColors
{
    /// <summary>Those of sRGB, or not said.</summary>
    Srgb,

    /// <summary>Those of ITU-R BT.2020.</summary>
    Rec2020,

    /// <summary>Those of Display P3.</summary>
    DisplayP3,
}

/// <summary>
/// Reads an AVIF file, still or moving, by the system's libavif. The file is hostile: it is read on one thread within <see cref="AvifLimits"/>, with libavif's
/// strict checks of the container. Not for use by two threads at once.
/// </summary>
public sealed unsafe class AvifDecoder : SafeHandleZeroOrMinusOneIsInvalid
{
    const int Rotates = 4;
    const int Mirrors = 8;
    const int Rgba = 1;

    readonly AvifLibrary _library;

    AvifDecoder(AvifLibrary library, byte* decoder)
        : base(ownsHandle: true)
    {
        _library = library;
        SetHandle((nint)decoder);
    }

    /// <summary>Whether the system has a libavif that is known.</summary>
    public static bool IsAvailable => AvifLibrary.Current is not null;

    /// <summary>In pixels, as stored: before it is turned as <see cref="Orientation"/> says.</summary>
    public int Width { get; private set; }

    /// <summary>In pixels, as stored.</summary>
    public int Height { get; private set; }

    /// <summary>How many images follow each other; 1 for one that stands still.</summary>
    public int ImageCount { get; private set; }

    /// <summary>Whether pixels may be transparent.</summary>
    public bool HasAlpha { get; private set; }

    /// <summary>How the stored image is to be turned, as the EXIF orientation that means the same: 1 to 8.</summary>
    public int Orientation { get; private set; }

    /// <summary>The ICC profile of the colors; empty when there is none.</summary>
    public byte[] ColorProfile { get; private set; } = [];

    public AvifColors Colors { get; private set; }

    /// <summary>How long the image that was read last is shown.</summary>
    public TimeSpan ImageDuration { get; private set; }

    byte* Decoder => (byte*)handle;

    /// <summary>Opens a file and reads what it says about itself; null when it is no AVIF file, is broken, goes beyond the limits, or there is no libavif.</summary>
    public static AvifDecoder? Open(string path, AvifLimits limits)
    {
        if (AvifLibrary.Current is not { } library)
            return null;

        // SAFETY: the decoder is the library's own, freed by the handle; the path is copied by the call, and ends with a zero.
        var decoder = new AvifDecoder(library, library.Create());
        if (!decoder.IsInvalid && decoder.Open(Encoding.UTF8.GetBytes(path + '\0'), limits))
            return decoder;

        decoder.Dispose();
        return null;
    }

    /// <summary>
    /// Reads the next image as RGBA, eight bits each, premultiplied, without gaps between the rows; false when there is none or it is broken.
    /// </summary>
    /// <exception cref="ArgumentException">There is no room for the pixels.</exception>
    public bool TryReadNext(Span<byte> pixels)
    {
        if (pixels.Length < (long)Width * Height * 4)
            throw new ArgumentException("There is no room for the pixels.", nameof(pixels));
        ObjectDisposedException.ThrowIf(IsClosed, this);

        // SAFETY: the image belongs to the decoder, which is kept alive below; the pixels are as many as were asked for when the image has still the size
        // that the file told first, and are pinned for the call.
        if (_library.NextImage(Decoder) != 0)
            return false;

        var image = Read<nint>(Decoder, AvifLibrary.Image);
        if (image == 0 || Read<uint>((byte*)image, AvifLibrary.Width) != (uint)Width || Read<uint>((byte*)image, AvifLibrary.Height) != (uint)Height)
            return false;

        ImageDuration = TimeSpan.FromSeconds(Math.Clamp(Read<double>(Decoder, AvifLibrary.ImageDuration), 0, 3600));
        var target = stackalloc byte[AvifLibrary.PixelsSize];
        new Span<byte>(target, AvifLibrary.PixelsSize).Clear();
        fixed (byte* first = pixels)
        {
            _library.SetPixelDefaults(target, (byte*)image);
            Write(target, AvifLibrary.PixelDepth, 8);
            Write(target, AvifLibrary.PixelFormat, Rgba);
            Write(target, AvifLibrary.PixelsPremultiplied, 1);
            Write(target, _library.Pixels, (nint)first);
            Write(target, _library.RowBytes, Width * 4);
            var result = _library.ToPixels((byte*)image, target);
            GC.KeepAlive(this);
            return result == 0;
        }
    }

    protected override bool ReleaseHandle()
    {
        _library.Destroy(Decoder);
        return true;
    }

    bool Open(byte[] path, AvifLimits limits)
    {
        // SAFETY: what is written are fields of the decoder that the library made, before it reads anything; what is read are fields that it filled.
        Write(Decoder, AvifLibrary.MaxThreads, 1);
        Write(Decoder, AvifLibrary.IgnoreExif, 1);
        Write(Decoder, AvifLibrary.IgnoreXmp, 1);
        Write(Decoder, AvifLibrary.ImageSizeLimit, limits.MaxPixels);
        Write(Decoder, AvifLibrary.ImageCountLimit, limits.MaxImages);
        fixed (byte* name = path)
        {
            if (_library.SetFile(Decoder, name) != 0 || _library.Parse(Decoder) != 0)
                return false;
        }

        var image = (byte*)Read<nint>(Decoder, AvifLibrary.Image);
        var (width, height) = (Read<uint>(image, AvifLibrary.Width), Read<uint>(image, AvifLibrary.Height));
        if (width == 0 || height == 0 || (ulong)width * height > (ulong)limits.MaxPixels)
            return false;

        (Width, Height) = ((int)width, (int)height);
        ImageCount = Read<int>(Decoder, AvifLibrary.ImageCount);
        HasAlpha = Read<int>(Decoder, _library.AlphaPresent) != 0;
        var transforms = Read<uint>(image, _library.TransformFlags);
        Orientation = OrientationOf(
            (transforms & Rotates) == 0 ? 0 : Read<byte>(image, _library.Rotation) & 3,
            (transforms & Mirrors) == 0 ? null : Read<byte>(image, _library.Mirror));
        Colors = Read<ushort>(image, AvifLibrary.ColorPrimaries) switch
        {
            9 => AvifColors.Rec2020,
            12 => AvifColors.DisplayP3,
            _ => AvifColors.Srgb,
        };
        if (Read<nint>(image, AvifLibrary.IccData) is var profile and not 0 && Read<nuint>(image, AvifLibrary.IccSize) is var size and < 1024 * 1024)
            ColorProfile = new ReadOnlySpan<byte>((void*)profile, (int)size).ToArray();
        return true;
    }

    // Quarter turns against the clock, then exchanging top and bottom (0) or left and right (1).
    static int OrientationOf(int turns, byte? mirror) => mirror switch
    {
        null => turns switch { 1 => 8, 2 => 3, 3 => 6, _ => 1 },
        0 => turns switch { 1 => 5, 2 => 2, 3 => 7, _ => 4 },
        _ => turns switch { 1 => 7, 2 => 4, 3 => 5, _ => 2 },
    };

    static T Read<T>(byte* structure, int offset)
        where T : unmanaged => Unsafe.ReadUnaligned<T>(structure + offset);

    static void Write<T>(byte* structure, int offset, T value)
        where T : unmanaged => Unsafe.WriteUnaligned(structure + offset, value);
}
