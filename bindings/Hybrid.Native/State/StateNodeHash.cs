using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Hybrid.Native.State;

/// <summary>
/// The name of a node of a state map: 20 bytes that follow from what the node holds. The name of its root names a whole map: equal
/// maps have equal roots.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public readonly struct StateNodeHash : IEquatable<StateNodeHash>
{
    /// <summary>How many bytes a name has.</summary>
    public const int Length = 20;

    readonly ulong _first;
    readonly ulong _second;
    readonly uint _third;

    /// <param name="bytes">20 bytes.</param>
    public StateNodeHash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
            throw new ArgumentException($"A node hash has {Length} bytes, not {bytes.Length}.", nameof(bytes));
        _first = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _second = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _third = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
    }

    /// <summary>The root of the map without entries. It needs no store.</summary>
    public static StateNodeHash Empty { get; } = new(Convert.FromHexString("6E340B9CFFB37A989CA544E6BB780A2C78901D3F"));

    public static bool operator ==(StateNodeHash left, StateNodeHash right) => left.Equals(right);

    public static bool operator !=(StateNodeHash left, StateNodeHash right) => !left.Equals(right);

    /// <summary>Writes the 20 bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _first);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _second);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], _third);
    }

    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    public bool Equals(StateNodeHash other) => _first == other._first && _second == other._second && _third == other._third;

    public override bool Equals(object? obj) => obj is StateNodeHash other && Equals(other);

    public override int GetHashCode() => _first.GetHashCode();

    /// <summary>The bytes in hexadecimal.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());
}
