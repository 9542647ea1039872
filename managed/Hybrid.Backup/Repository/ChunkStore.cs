using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using Hybrid.Native;

namespace Hybrid.Backup.Repository;

/// <summary>
/// The bytes of all snapshots, each piece once, in files named by the SHA-256 of what they hold:
/// <code>
/// chunks/ab/abcdef…     one byte: 0 as it is, 1 Brotli; four bytes: the length, little-endian; then the content
/// </code>
/// A chunk gets its name only once its bytes are on disk, so that a name always stands for a whole chunk.
/// </summary>
public sealed class ChunkStore
{
    const int HeaderLength = 5;
    const byte Plain = 0;
    const byte Brotli = 1;

    // Pages of events take a third of their size at this quality, at some 80 MB/s; higher ones save little more and take twice as long.
    const int BrotliQuality = 4;
    const int BrotliWindow = 18;

    readonly string _folder;
    readonly string _temporary;

    internal ChunkStore(string folder, string temporary)
    {
        _folder = folder;
        _temporary = temporary;
    }

    /// <summary>The name of this content.</summary>
    public static string NameOf(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>Where the chunk is, whether it exists or not.</summary>
    public string PathOf(string name) => Path.Combine(_folder, name[..2], name);

    /// <summary>Whether there is such a chunk; its bytes are not looked at.</summary>
    public bool Contains(string name) => File.Exists(PathOf(name));

    /// <summary>Stores the content under its name and returns the bytes that it takes on disk. Durable with the next <see cref="Flush"/>.</summary>
    internal long Add(string name, ReadOnlySpan<byte> content)
    {
        var packed = new byte[HeaderLength + content.Length];
        // What does not shrink by a sixteenth is kept as it is: pictures and encrypted files, which are then read faster.
        var shrunk = BrotliEncoder.TryCompress(content, packed.AsSpan(HeaderLength), out var length, BrotliQuality, BrotliWindow)
            && length < content.Length - content.Length / 16;
        if (!shrunk)
        {
            content.CopyTo(packed.AsSpan(HeaderLength));
            length = content.Length;
        }

        packed[0] = shrunk ? Brotli : Plain;
        BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(1), content.Length);
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        DurableFile.Write(Path.Combine(_temporary, Path.GetRandomFileName()), path, packed.AsSpan(0, HeaderLength + length));
        return HeaderLength + length;
    }

    /// <summary>The content of a chunk, checked against its name.</summary>
    /// <exception cref="BackupException">It is missing or damaged.</exception>
    public byte[] Read(string name)
    {
        var path = PathOf(name);
        if (!File.Exists(path))
            throw new BackupException($"chunk {name} is missing ({path})");

        var packed = File.ReadAllBytes(path);
        if (Unpack(packed) is not { } content || NameOf(content) != name)
            throw new BackupException($"chunk {name} is damaged ({path})");

        return content;
    }

    /// <summary>
    /// Makes all names durable. Those that an earlier run left behind too: it may have ended before it came to this.
    /// </summary>
    internal void Flush()
    {
        foreach (var folder in Directory.EnumerateDirectories(_folder))
            DirectorySync.Flush(folder);
        DirectorySync.Flush(_folder);
    }

    /// <summary>Deletes every chunk that is not <paramref name="used"/>; how many, and the bytes that they took.</summary>
    internal (int Count, long Bytes) RemoveAllBut(IReadOnlySet<string> used)
    {
        var (count, bytes) = (0, 0L);
        foreach (var path in Directory.EnumerateDirectories(_folder).SelectMany(Directory.EnumerateFiles))
        {
            if (used.Contains(Path.GetFileName(path)))
                continue;

            bytes += new FileInfo(path).Length;
            File.Delete(path);
            count++;
        }

        return (count, bytes);
    }

    static byte[]? Unpack(byte[] packed)
    {
        if (packed.Length < HeaderLength)
            return null;

        var length = BinaryPrimitives.ReadInt32LittleEndian(packed.AsSpan(1));
        var body = packed.AsSpan(HeaderLength);
        if (packed[0] == Plain)
            return body.Length == length ? body.ToArray() : null;
        if (packed[0] != Brotli || length is < 0 or > Chunking.LargestChunk)
            return null;

        var content = new byte[length];
        return BrotliDecoder.TryDecompress(body, content, out var written) && written == length ? content : null;
    }
}
