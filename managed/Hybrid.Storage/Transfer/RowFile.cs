using System.Buffers;
using System.Buffers.Binary;

namespace Hybrid.Storage.Transfer;

/// <summary>Rows in a stream, each as <see cref="RowBytes"/> writes it after its length in bytes (four, little-endian).</summary>
public static class RowFile
{
    const int LengthBytes = sizeof(int);

    /// <param name="to">Where to.</param>
    /// <param name="row">What.</param>
    /// <param name="buffer">Used again from row to row.</param>
    public static void Write(Stream to, ReadOnlySpan<object?> row, ArrayBufferWriter<byte> buffer)
    {
        buffer.ResetWrittenCount();
        RowBytes.Write(buffer, row);
        Span<byte> length = stackalloc byte[LengthBytes];
        BinaryPrimitives.WriteInt32LittleEndian(length, buffer.WrittenCount);
        to.Write(length);
        to.Write(buffer.WrittenSpan);
    }

    /// <summary>The rows up to the end of the stream.</summary>
    /// <exception cref="InvalidDataException">The stream ends within a row.</exception>
    public static IEnumerable<object?[]> Read(Stream from)
    {
        var length = new byte[LengthBytes];
        while (from.ReadAtLeast(length, LengthBytes, throwOnEndOfStream: false) is var read and > 0)
        {
            var size = read == LengthBytes ? BinaryPrimitives.ReadInt32LittleEndian(length) : -1;
            if (size < 0)
                throw new InvalidDataException("a file of rows is cut off");

            var row = new byte[size];
            if (from.ReadAtLeast(row, size, throwOnEndOfStream: false) < size)
                throw new InvalidDataException("a file of rows is cut off");
            yield return RowBytes.Read(row);
        }
    }
}
