using System.Diagnostics;
using System.Globalization;
using Hybrid.Tests.Shared;
using Xunit;
using Xunit.Abstractions;

namespace Hybrid.Durability.Tests.Crashes;

/// <summary>A PostgreSQL that stops under load and comes back. HYBRID_OUTAGE_SECONDS says after how long.</summary>
public sealed class OutageTests(ITestOutputHelper output) : IDisposable
{
    const int OrdinarySeconds = 2;
    const int Senders = 8;
    const int Rooms = 4;
    const int SentBefore = 200;

    // A server that is not back by then has hung.
    static readonly TimeSpan RecoveryTimeout = TimeSpan.FromSeconds(60);

    readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("fast")]
    [InlineData("immediate")]
    public async Task A_server_under_load_refuses_cleanly_while_its_database_is_away_and_loses_nothing(string mode)
    {
        var seconds = int.Parse(Environment.GetEnvironmentVariable("HYBRID_OUTAGE_SECONDS") ?? $"{OrdinarySeconds}", CultureInfo.InvariantCulture);
        using var cluster = await PostgresCluster.StartNewAsync();
        var database = await cluster.CreateDatabaseAsync();
        using var server = new ServerProcess(_folder["data"], cluster.Url(database.Database));
        await server.StartAsync();
        var senders = await Sender.RegisterManyAsync(server, Senders, Rooms);

        var (acknowledged, refused) = (0, 0);
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var again = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var end = new CancellationTokenSource();
        var back = new Stopwatch();
        var running = Task.WhenAll(senders.Select(sender => sender.PersistAsync(server, Acknowledged, () => Interlocked.Increment(ref refused), end.Token)));
        await await Task.WhenAny(enough.Task, running);

        await cluster.StopAsync(mode);
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var whileAway = Volatile.Read(ref refused);
        await cluster.StartAsync();
        back.Start();
        await await Task.WhenAny(again.Task, running).WaitAsync(RecoveryTimeout);
        var recovered = back.Elapsed;
        await end.CancelAsync();
        await running;

        await Sender.CheckAsync(server, senders);
        Assert.True(whileAway >= Senders, $"only {whileAway} were refused while there was no database");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{mode}, away for {seconds} s: {acknowledged} acknowledged, {refused} refused, written again after {recovered.TotalSeconds:0.00} s"));

        void Acknowledged(string eventId)
        {
            if (Interlocked.Increment(ref acknowledged) == SentBefore)
                enough.SetResult();
            if (back.IsRunning)
                again.TrySetResult();
        }
    }

    public void Dispose() => _folder.Dispose();
}
