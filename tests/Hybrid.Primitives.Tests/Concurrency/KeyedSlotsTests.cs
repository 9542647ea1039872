using Hybrid.Primitives.Concurrency;

namespace Hybrid.Primitives.Tests.Concurrency;

public sealed class KeyedSlotsTests
{
    static readonly ServerName Slow = ServerName.Parse("slow.test");

    [Fact]
    public async Task A_slow_server_holds_up_nobody_else_and_turns_away_those_who_are_too_many()
    {
        var slots = new KeyedSlots<ServerName>(atOnce: 1, waiting: 1);
        var first = await slots.TryEnterAsync(Slow, default);
        var second = slots.TryEnterAsync(Slow, default).AsTask();

        Assert.False(second.IsCompleted);
        Assert.Null(await slots.TryEnterAsync(Slow, default));
        (await slots.TryEnterAsync(ServerName.Parse("other.test"), default))!.Dispose();

        first!.Dispose();
        first.Dispose();
        (await second)!.Dispose();
        (await slots.TryEnterAsync(Slow, default))!.Dispose();
    }

    [Fact]
    public async Task Who_stops_waiting_leaves_the_place_to_another()
    {
        var slots = new KeyedSlots<ServerName>(atOnce: 1, waiting: 1);
        using var first = await slots.TryEnterAsync(Slow, default);
        using var impatient = new CancellationTokenSource();
        var second = slots.TryEnterAsync(Slow, impatient.Token).AsTask();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        var third = slots.TryEnterAsync(Slow, default).AsTask();
        first!.Dispose();

        (await third)!.Dispose();
    }

    [Fact]
    public async Task Without_a_bound_nobody_is_turned_away()
    {
        var slots = new KeyedSlots<string>(atOnce: 1);
        var held = await slots.TryEnterAsync("file", default);
        var others = Enumerable.Range(0, 100).Select(_ => slots.TryEnterAsync("file", default).AsTask()).ToList();
        Assert.All(others, static other => Assert.False(other.IsCompleted));

        held!.Dispose();
        foreach (var other in others)
            (await other)!.Dispose();
    }
}
