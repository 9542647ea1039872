using System.Buffers.Binary;

namespace Hybrid.Media.Thumbnails;

/// <summary>
/// What an AVIF file says about itself (ISO/IEC 23008-12, AV1 Image File Format): enough to tell it from others and to know its size, also where
/// there is no decoder for it.
/// </summary>
static class AvifHeader
{
    // The boxes that describe the image come first.
    const int Examined = 16 * 1024;

    /// <summary>The size in pixels and whether it is a sequence of images; null for a file of another kind.</summary>
    public static (int Width, int Height, bool IsAnimated)? Read(string path)
    {
        using var file = File.OpenHandle(path);
        var bytes = new byte[(int)Math.Min(Examined, RandomAccess.GetLength(file))];
        var length = RandomAccess.Read(file, bytes, 0);
        return Read(bytes.AsSpan(0, length));
    }

    static (int Width, int Height, bool IsAnimated)? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 16 || !bytes[4..8].SequenceEqual("ftyp"u8))
            return null;

        var end = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(bytes), (uint)bytes.Length);
        var (isAvif, isSequence) = (false, bytes[8..12].SequenceEqual("avis"u8));
        for (var at = 8; at + 4 <= end; at += 4)
            isAvif |= bytes[at..(at + 4)].SequenceEqual("avif"u8) || bytes[at..(at + 4)].SequenceEqual("avis"u8);

        // The property "ispe": version and flags, then both sides.
        var property = isAvif ? bytes.IndexOf("ispe"u8) : -1;
        if (property < 0 || property + 16 > bytes.Length)
            return null;

        var width = BinaryPrimitives.ReadUInt32BigEndian(bytes[(property + 8)..]);
        var height = BinaryPrimitives.ReadUInt32BigEndian(bytes[(property + 12)..]);
        return width is > 0 and < 65536 && height is > 0 and < 65536 ? ((int)width, (int)height, isSequence) : null;
    }
}
