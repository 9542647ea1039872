namespace Hybrid.Primitives.Tests;

public sealed class ResultTests
{
    [Fact]
    public void A_result_is_a_value_or_a_refusal()
    {
        Result<int> value = 7;
        Result<int> refusal = MatrixError.Forbidden("No.");

        Assert.True(value.TryGet(out var number, out var none));
        Assert.Equal((7, null), (number, none));
        Assert.False(refusal.TryGet(out _, out var error));
        Assert.Equal((403, "M_FORBIDDEN"), (error.Status, error.Code));
        Assert.Same(error, Assert.Throws<MatrixException>(() => refusal.Value).Error);
    }
}
