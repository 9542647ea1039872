using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Hybrid.Storage.Transfer;

/// <summary>
/// What a table holds, in 256 bits: the sum of the SHA-256 of its rows. The order of the rows does not matter, since engines that
/// store U+0000 differently sort it differently; every row has a key of its own, so none can stand for another.
/// </summary>
public sealed class TableDigest
{
    readonly ulong[] _sum = new ulong[4];
    readonly ArrayBufferWriter<byte> _row = new();

    public long Rows { get; private set; }

    public void Add(ReadOnlySpan<object?> row)
    {
        _row.ResetWrittenCount();
        RowBytes.Write(_row, row);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_row.WrittenSpan, hash);
        var carry = UInt128.Zero;
        for (var i = 0; i < _sum.Length; i++)
        {
            carry += (UInt128)_sum[i] + BinaryPrimitives.ReadUInt64LittleEndian(hash[(i * sizeof(ulong))..]);
            _sum[i] = (ulong)carry;
            carry >>= 64;
        }

        Rows++;
    }

    public bool IsEqualTo(TableDigest other) => Rows == other.Rows && _sum.AsSpan().SequenceEqual(other._sum);
}
