using System.Runtime.InteropServices;

namespace Hybrid.Native.Avif;

/// <summary>
/// libavif, where the system has it: a library of its own that nothing here is linked with. Its structures differ between its two ABIs, that of 0.11
/// (<c>libavif.so.15</c>) and that which its 1.0 began (<c>libavif.so.16</c>); what is read and written of them is listed here by offset.
/// </summary>
sealed unsafe class AvifLibrary
{
    /// <summary>Larger than <c>avifRGBImage</c> of either ABI.</summary>
    public const int PixelsSize = 128;

    // Offsets in avifDecoder, the duration being that of imageTiming in seconds.
    public const int MaxThreads = 4;
    public const int IgnoreExif = 20;
    public const int IgnoreXmp = 24;
    public const int ImageSizeLimit = 28;
    public const int ImageCountLimit = 36;
    public const int Image = 48;
    public const int ImageCount = 60;
    public const int ImageDuration = 96;

    // Offsets in avifImage.
    public const int Width = 0;
    public const int Height = 4;
    public const int IccData = 88;
    public const int IccSize = 96;
    public const int ColorPrimaries = 104;

    // Offsets in avifRGBImage.
    public const int PixelDepth = 8;
    public const int PixelFormat = 12;
    public const int PixelsPremultiplied = 32;

    static readonly Lazy<AvifLibrary?> Loaded = new(Load);

    AvifLibrary(nint library, bool isVersion1)
    {
        Create = (delegate* unmanaged[Cdecl]<byte*>)NativeLibrary.GetExport(library, "avifDecoderCreate");
        Destroy = (delegate* unmanaged[Cdecl]<byte*, void>)NativeLibrary.GetExport(library, "avifDecoderDestroy");
        SetFile = (delegate* unmanaged[Cdecl]<byte*, byte*, int>)NativeLibrary.GetExport(library, "avifDecoderSetIOFile");
        Parse = (delegate* unmanaged[Cdecl]<byte*, int>)NativeLibrary.GetExport(library, "avifDecoderParse");
        NextImage = (delegate* unmanaged[Cdecl]<byte*, int>)NativeLibrary.GetExport(library, "avifDecoderNextImage");
        SetPixelDefaults = (delegate* unmanaged[Cdecl]<byte*, byte*, void>)NativeLibrary.GetExport(library, "avifRGBImageSetDefaults");
        ToPixels = (delegate* unmanaged[Cdecl]<byte*, byte*, int>)NativeLibrary.GetExport(library, "avifImageYUVToRGB");
        AlphaPresent = isVersion1 ? 140 : 136;
        TransformFlags = isVersion1 ? 116 : 112;
        Rotation = isVersion1 ? 160 : 156;
        Mirror = isVersion1 ? 161 : 157;
        Pixels = isVersion1 ? 48 : 40;
        RowBytes = isVersion1 ? 56 : 48;
    }

    /// <summary>The library; null when the system has none, or not on a kind of machine whose structures are known.</summary>
    public static AvifLibrary? Current => Loaded.Value;

    public delegate* unmanaged[Cdecl]<byte*> Create { get; }

    public delegate* unmanaged[Cdecl]<byte*, void> Destroy { get; }

    public delegate* unmanaged[Cdecl]<byte*, byte*, int> SetFile { get; }

    public delegate* unmanaged[Cdecl]<byte*, int> Parse { get; }

    public delegate* unmanaged[Cdecl]<byte*, int> NextImage { get; }

    public delegate* unmanaged[Cdecl]<byte*, byte*, void> SetPixelDefaults { get; }

    public delegate* unmanaged[Cdecl]<byte*, byte*, int> ToPixels { get; }

    /// <summary>An offset that differs between the ABIs: in <c>avifDecoder</c>.</summary>
    public int AlphaPresent { get; }

    /// <summary>As <see cref="AlphaPresent"/>, in <c>avifImage</c>.</summary>
    public int TransformFlags { get; }

    public int Rotation { get; }

    public int Mirror { get; }

    /// <summary>As <see cref="AlphaPresent"/>, in <c>avifRGBImage</c>.</summary>
    public int Pixels { get; }

    public int RowBytes { get; }

    static AvifLibrary? Load()
    {
        // The offsets are those of machines with pointers of eight bytes that lay out structures as the System V ABI does.
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64))
            return null;

        foreach (var (name, version) in (ReadOnlySpan<(string, string)>)[("libavif.so.16", "1."), ("libavif.so.15", "0.11.")])
        {
            // A library whose file says one ABI and whose version says another is none that is known.
            if (NativeLibrary.TryLoad(name, out var library) && VersionOf(library).StartsWith(version, StringComparison.Ordinal))
                return new AvifLibrary(library, version == "1.");
        }

        return null;
    }

    // SAFETY: avifVersion takes nothing and returns a constant that ends with a zero.
    static string VersionOf(nint library) => NativeLibrary.TryGetExport(library, "avifVersion", out var export)
        ? Marshal.PtrToStringUTF8((nint)((delegate* unmanaged[Cdecl]<byte*>)export)()) ?? ""
        : "";
}
