using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Hybrid.Storage.Transfer;

/// <summary>
/// Rows as bytes, the same whichever engine they come from: for each value its kind, for texts and blobs their length in bytes, and
/// the value; numbers are little-endian.
/// </summary>
public static class RowBytes
{
    const byte Null = 0;
    const byte Integer = 1;
    const byte Text = 2;
    const byte Blob = 3;

    public static void Write(IBufferWriter<byte> to, ReadOnlySpan<object?> row)
    {
        foreach (var value in row)
        {
            switch (value)
            {
                case null:
                    to.Write([Null]);
                    break;
                case long number:
                    to.Write([Integer]);
                    BinaryPrimitives.WriteInt64LittleEndian(to.GetSpan(sizeof(long)), number);
                    to.Advance(sizeof(long));
                    break;
                case string text:
                    to.Write([Text]);
                    WriteLength(to, Encoding.UTF8.GetByteCount(text));
                    Encoding.UTF8.GetBytes(text, to);
                    break;
                case byte[] bytes:
                    to.Write([Blob]);
                    WriteLength(to, bytes.Length);
                    to.Write(bytes);
                    break;
                default:
                    throw new ArgumentException($"A {value.GetType().Name} is no value of a row.");
            }
        }
    }

    public static byte[] Of(ReadOnlySpan<object?> row)
    {
        var bytes = new ArrayBufferWriter<byte>();
        Write(bytes, row);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>The values that <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not what it writes.</exception>
    public static object?[] Read(ReadOnlySpan<byte> bytes)
    {
        var values = new List<object?>();
        while (!bytes.IsEmpty)
        {
            var kind = Take(ref bytes, 1)[0];
            values.Add(kind switch
            {
                Null => null,
                Integer => BinaryPrimitives.ReadInt64LittleEndian(Take(ref bytes, sizeof(long))),
                Text => Encoding.UTF8.GetString(Take(ref bytes, Length(ref bytes))),
                Blob => Take(ref bytes, Length(ref bytes)).ToArray(),
                _ => throw new InvalidDataException($"a row has a value of the unknown kind {kind}"),
            });
        }

        return [.. values];
    }

    static void WriteLength(IBufferWriter<byte> to, int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(to.GetSpan(sizeof(int)), length);
        to.Advance(sizeof(int));
    }

    static int Length(ref ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt32LittleEndian(Take(ref bytes, sizeof(int)));

    static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, int count)
    {
        if (count < 0 || count > bytes.Length)
            throw new InvalidDataException("a row ends too early");

        var taken = bytes[..count];
        bytes = bytes[count..];
        return taken;
    }
}
