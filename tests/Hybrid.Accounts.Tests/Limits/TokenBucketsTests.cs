using Hybrid.Http.Limits;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Hybrid.Accounts.Tests.Limits;

public sealed class TokenBucketsTests
{
    readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_burst_empties_the_bucket_and_time_fills_it()
    {
        var buckets = new TokenBuckets<string>(new RateLimit(2, 3), _time, 100);
        for (var i = 0; i < 3; i++)
            Assert.Null(buckets.Take("a"));

        Assert.Equal(TimeSpan.FromMilliseconds(500), buckets.Take("a"));
        Assert.Null(buckets.Take("b"));
        _time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Null(buckets.Take("a"));
        Assert.NotNull(buckets.Take("a"));
    }

    [Fact]
    public void A_bucket_holds_no_more_than_its_burst()
    {
        var buckets = new TokenBuckets<string>(new RateLimit(1, 2), _time, 100);
        buckets.Take("a");
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Null(buckets.Take("a"));
        Assert.Null(buckets.Take("a"));
        Assert.NotNull(buckets.Take("a"));
    }

    [Fact]
    public void A_returned_token_can_be_taken_again()
    {
        var buckets = new TokenBuckets<string>(new RateLimit(1, 1), _time, 100);
        Assert.Null(buckets.Take("a"));
        buckets.Return("a");
        Assert.Null(buckets.Take("a"));
        Assert.NotNull(buckets.Take("a"));
    }

    [Fact]
    public void Memory_is_bounded_and_the_emptiest_buckets_are_kept()
    {
        var buckets = new TokenBuckets<int>(new RateLimit(0.001, 2), _time, 100);
        Assert.Null(buckets.Take(-1));
        Assert.Null(buckets.Take(-1));
        for (var key = 0; key < 1000; key++)
            buckets.Take(key);

        Assert.InRange(buckets.Count, 1, 101);
        Assert.NotNull(buckets.Take(-1));
    }

    [Fact]
    public void Parallel_takers_get_exactly_the_burst()
    {
        var buckets = new TokenBuckets<string>(new RateLimit(1, 50), _time, 100);
        var granted = 0;

        Parallel.For(0, 500, _ =>
        {
            if (buckets.Take("a") is null)
                Interlocked.Increment(ref granted);
        });

        Assert.Equal(50, granted);
    }
}
