using Hybrid.Federation.Remote;
using Hybrid.Primitives;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.Federation.Tests.Remote;

public sealed class AnswerCacheTests
{
    readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    int _asked;

    [Fact]
    public async Task An_answer_is_kept_for_its_lifetime_and_a_refusal_for_a_shorter_one()
    {
        var cache = Create();
        Assert.Equal("1", (await cache.GetAsync("a", AskAsync, default)).Value);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("1", (await cache.GetAsync("a", AskAsync, default)).Value);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("2", (await cache.GetAsync("a", AskAsync, default)).Value);

        Assert.Equal("no", (await cache.GetAsync("b", RefuseAsync, default)).Error!.Message);
        Assert.Equal("no", (await cache.GetAsync("b", AskAsync, default)).Error!.Message);
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal("3", (await cache.GetAsync("b", AskAsync, default)).Value);
    }

    [Fact]
    public async Task Those_who_ask_at_once_wait_for_one_answer_and_one_who_leaves_does_not_end_it()
    {
        var cache = Create();
        var answer = new TaskCompletionSource<Result<string>>();
        using var impatient = new CancellationTokenSource();
        var first = cache.GetAsync("a", () => answer.Task, impatient.Token).AsTask();
        var second = cache.GetAsync("a", AskAsync, default).AsTask();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        answer.SetResult("late");

        Assert.Equal("late", (await second).Value);
        Assert.Equal(0, _asked);
    }

    [Fact]
    public async Task A_failure_is_not_kept()
    {
        var cache = Create();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await cache.GetAsync("a", () => throw new InvalidOperationException(), default));

        Assert.Equal("1", (await cache.GetAsync("a", AskAsync, default)).Value);
    }

    [Theory]
    [InlineData(502)]
    [InlineData(504)]
    public async Task That_a_server_cannot_be_asked_is_not_kept_and_said_to_all_who_wait(int status)
    {
        var cache = Create();
        var answer = new TaskCompletionSource<Result<string>>();
        var (first, second) = (cache.GetAsync("a", () => answer.Task, default).AsTask(), cache.GetAsync("a", AskAsync, default).AsTask());
        answer.SetResult(MatrixError.Of(status, "M_UNKNOWN", "away"));

        Assert.Equal("away", (await first).Error!.Message);
        Assert.Equal("away", (await second).Error!.Message);
        Assert.Equal("1", (await cache.GetAsync("a", AskAsync, default)).Value);
    }

    [Fact]
    public async Task Beyond_its_capacity_the_oldest_answers_go()
    {
        var cache = Create();
        for (var number = 0; number < 30; number++)
        {
            await cache.GetAsync($"{number}", AskAsync, default);
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        _asked = 100;
        Assert.Equal("30", (await cache.GetAsync("29", AskAsync, default)).Value);
        Assert.Equal("101", (await cache.GetAsync("0", AskAsync, default)).Value);
    }

    AnswerCache<string, string> Create() => new(_time, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10), 10);

    Task<Result<string>> AskAsync() => Task.FromResult<Result<string>>($"{++_asked}");

    static Task<Result<string>> RefuseAsync() => Task.FromResult<Result<string>>(MatrixError.Forbidden("no"));
}
