using System.Buffers;
using System.Text.Json;
using Hybrid.Http;
using Xunit;

namespace Hybrid.ClientApi.Tests.Requests;

public sealed class ReplyBufferTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(900)]
    [InlineData(50_000)]
    public void What_was_written_comes_in_order_and_in_pieces(int count)
    {
        var (buffer, whole) = (new ReplyBuffer(), new ArrayBufferWriter<byte>());
        Write(buffer);
        Write(whole);

        var pieces = buffer.ToPieces();

        Assert.Equal(whole.WrittenCount, buffer.Length);
        Assert.True(whole.WrittenSpan.SequenceEqual(pieces.SelectMany(static piece => piece.ToArray()).ToArray()));
        Assert.All(pieces, static piece => Assert.InRange(piece.Length, 1, 64 * 1024));
        Assert.Equal(whole.WrittenCount > 64 * 1024, pieces.Count > 7);

        void Write(IBufferWriter<byte> target)
        {
            using var writer = new Utf8JsonWriter(target);
            writer.WriteStartArray();
            for (var number = 0; number < count; number++)
                writer.WriteStringValue($"text number {number}");
            writer.WriteEndArray();
        }
    }

    [Fact]
    public void What_does_not_fit_a_piece_gets_its_own()
    {
        var buffer = new ReplyBuffer();
        buffer.Write("{"u8);
        buffer.GetSpan(200_000).Clear();
        buffer.Advance(200_000);
        buffer.Write("}"u8);

        Assert.Equal(200_002, buffer.Length);
        Assert.Contains(buffer.ToPieces(), static piece => piece.Length >= 200_000);
    }
}
