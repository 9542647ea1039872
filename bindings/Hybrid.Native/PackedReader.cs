using System.Buffers.Binary;
using System.Text;

namespace Hybrid.Native;

/// <summary>Reads what native code packed: parts, each after its length in four bytes, the lowest first.</summary>
ref struct PackedReader(ReadOnlySpan<byte> packed)
{
    ReadOnlySpan<byte> _rest = packed;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte ReadByte()
    {
        var value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    public ReadOnlySpan<byte> ReadBytes()
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(_rest);
        var bytes = _rest.Slice(sizeof(int), length);
        _rest = _rest[(sizeof(int) + length)..];
        return bytes;
    }

    public string ReadText() => Encoding.UTF8.GetString(ReadBytes());
}
