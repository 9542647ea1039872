namespace Hybrid.Primitives.Tests;

public sealed class StreamPositionsTests
{
    static readonly StreamPositions Some = new(1, 20, 0, 4, long.MaxValue, 6, 7);

    [Fact]
    public void A_token_is_read_as_it_was_written()
    {
        Assert.Equal("s1_20_0_4_9223372036854775807_6_7", Some.ToString());
        Assert.True(StreamPositions.TryParse(Some.ToString(), out var read));
        Assert.Equal(Some, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("1_2_3_4_5_6_7")]
    [InlineData("s1_2_3_4_5_6")]
    [InlineData("s1_2_3_4_5_6_7_8")]
    [InlineData("s1_2_3_4_5_6_")]
    [InlineData("s1_2_3_4_5_6_x")]
    [InlineData("s-1_2_3_4_5_6_7")]
    [InlineData("s 1_2_3_4_5_6_7")]
    [InlineData("s1_2_3_4_5_6_9223372036854775808")]
    public void Anything_else_is_no_token(string token) => Assert.False(StreamPositions.TryParse(token, out _));

    [Fact]
    public void Every_kind_of_stream_has_its_place()
    {
        var positions = Enum.GetValues<StreamKind>().Select(kind => Some[kind]);

        Assert.Equal([1L, 20L, 0L, 4L, long.MaxValue, 6L, 7L], positions);
        Assert.Equal(StreamPositions.Count, Enum.GetValues<StreamKind>().Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => Some[(StreamKind)StreamPositions.Count]);
    }
}
