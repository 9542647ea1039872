using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Storage.Federation;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.Federation.Tests.Requests;

public sealed class DestinationHealthTests : IDisposable
{
    static readonly ServerName Peer = ServerName.Parse("peer.test");

    readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    readonly TestDatabase _database = new();

    [Fact]
    public async Task Every_failure_lengthens_the_pause_up_to_a_day()
    {
        var health = Create();
        var pauses = new List<TimeSpan>();
        for (var i = 0; i < 20; i++)
        {
            await FailAsync(health);
            var backOff = (await health.FindAsync(Peer, default))!;
            pauses.Add(backOff.RetryInterval);
            _time.SetUtcNow(backOff.RetryAt);
        }

        Assert.InRange(pauses[0], TimeSpan.FromSeconds(24), TimeSpan.FromSeconds(36));
        Assert.InRange(pauses[1], pauses[0] * 1.6, pauses[0] * 2.4);
        Assert.InRange(pauses[^1], TimeSpan.FromHours(12), TimeSpan.FromDays(1));
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), (await health.FindAsync(Peer, default))!.FailingSince);
    }

    [Fact]
    public async Task Failures_of_requests_that_were_under_way_together_count_once()
    {
        var health = Create();
        var begun = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromSeconds(5));
        await health.FailedAsync(Peer, begun, default);
        var first = await health.FindAsync(Peer, default);
        _time.Advance(TimeSpan.FromSeconds(1));
        await health.FailedAsync(Peer, begun, default);

        Assert.Equal(first, await health.FindAsync(Peer, default));
    }

    [Fact]
    public async Task A_restart_forgets_nothing()
    {
        await FailAsync(Create());
        await FailAsync(Create());
        var before = (await Create().FindAsync(Peer, default))!;

        Assert.Equal(_time.GetUtcNow(), before.LastTried);
        Assert.InRange(before.RetryInterval, TimeSpan.FromSeconds(38), TimeSpan.FromSeconds(87));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_is_back_is_tried_at_once(bool heardFrom)
    {
        var health = Create();
        var recovered = new List<ServerName>();
        health.Recovered += recovered.Add;
        await health.SucceededAsync(Peer, default);
        await health.HeardFromAsync(Peer, default);
        Assert.Empty(recovered);

        await FailAsync(health);
        if (heardFrom)
            await health.HeardFromAsync(Peer, default);
        else
            await health.SucceededAsync(Peer, default);

        Assert.Equal([Peer], recovered);
        Assert.Null(await health.FindAsync(Peer, default));
        Assert.Null(await Create().FindAsync(Peer, default));
    }

    public void Dispose() => _database.Dispose();

    DestinationHealth Create() => new(new FederationOptions(), _database.Get<IDestinationStore>(), _time, NullLogger<DestinationHealth>.Instance);

    ValueTask FailAsync(DestinationHealth health) => health.FailedAsync(Peer, _time.GetUtcNow(), default);
}
