using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Hybrid.Storage.Accounts;

/// <summary>
/// The SHA-256 of a token. Only hashes are stored and looked up: tokens are long random strings, so that a plain hash tells
/// nothing about them, and a stolen database opens no session.
/// </summary>
public readonly record struct TokenHash
{
    readonly ulong _a;
    readonly ulong _b;
    readonly ulong _c;
    readonly ulong _d;

    TokenHash(ReadOnlySpan<byte> hash)
    {
        _a = BinaryPrimitives.ReadUInt64LittleEndian(hash);
        _b = BinaryPrimitives.ReadUInt64LittleEndian(hash[8..]);
        _c = BinaryPrimitives.ReadUInt64LittleEndian(hash[16..]);
        _d = BinaryPrimitives.ReadUInt64LittleEndian(hash[24..]);
    }

    /// <summary>Hashes a token.</summary>
    public static TokenHash Of(ReadOnlySpan<char> token)
    {
        const int OnStack = 512;
        var length = Encoding.UTF8.GetMaxByteCount(token.Length);
        var buffer = length <= OnStack ? stackalloc byte[OnStack] : new byte[length];
        var written = Encoding.UTF8.GetBytes(token, buffer);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer[..written], hash);
        return new TokenHash(hash);
    }

    /// <summary>Takes the 32 bytes that <see cref="ToBytes"/> gave.</summary>
    public static TokenHash FromBytes(ReadOnlySpan<byte> hash) =>
        hash.Length == SHA256.HashSizeInBytes ? new TokenHash(hash) : throw new FormatException("A token hash has 32 bytes.");

    /// <summary>The 32 bytes of the hash.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, _a);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), _b);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), _c);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(24), _d);
        return bytes;
    }

    // The bytes are uniformly distributed already.
    public override int GetHashCode() => (int)_a;
}
