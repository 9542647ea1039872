using System.Globalization;
using Microsoft.Data.Sqlite;
using Xunit;
using Xunit.Abstractions;

namespace Hybrid.Durability.Tests.Crashes;

/// <summary>
/// kill -9 of a real server under load, round after round. HYBRID_KILL_ROUNDS says how many, HYBRID_DATABASE on which engine (a value of
/// the setting <c>database</c>), HYBRID_BIN with which program.
/// </summary>
public sealed class KillRoundsTests(ITestOutputHelper output) : IDisposable
{
    const int OrdinaryRounds = 3;
    const int Senders = 8;
    const int Rooms = 4;

    static readonly string? Database = Environment.GetEnvironmentVariable("HYBRID_DATABASE");

    readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task No_acknowledged_event_is_lost_when_the_server_is_killed_under_load()
    {
        var rounds = int.Parse(Environment.GetEnvironmentVariable("HYBRID_KILL_ROUNDS") ?? $"{OrdinaryRounds}", CultureInfo.InvariantCulture);
        using var server = new ServerProcess(_folder["data"], Database);
        await server.StartAsync();
        var senders = await Sender.RegisterManyAsync(server, Senders, Rooms);

        var dice = new Random(1);
        var ready = new List<double>();
        var total = 0;
        for (var round = 1; round <= rounds; round++)
        {
            var acknowledged = await CrashAsync(server, senders, dice.Next(20, 200));
            total += acknowledged.Count;
            CheckFile(round);
            ready.Add((await server.StartAsync()).TotalSeconds);
            foreach (var (sender, eventId) in acknowledged)
                Assert.True(await sender.HasAsync(server, eventId), $"round {round}: {eventId} was acknowledged and is lost");
        }

        await Sender.CheckAsync(server, senders);

        ready.Sort();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{rounds} rounds, {total} acknowledged events; ready again after {ready[ready.Count / 2]:0.00} s (median), {ready[^1]:0.00} s (longest), {ready.Count(static seconds => seconds > 3)} times after more than 3 s"));
    }

    public void Dispose() => _folder.Dispose();

    // Killed when so many are acknowledged: in the middle of the sends that are under way.
    static async Task<List<(Sender Sender, string EventId)>> CrashAsync(ServerProcess server, List<Sender> senders, int after)
    {
        var acknowledged = new List<(Sender, string)>();
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = senders.ConvertAll(sender => sender.RunAsync(server, eventId =>
        {
            lock (acknowledged)
            {
                acknowledged.Add((sender, eventId));
                if (acknowledged.Count == after)
                    enough.SetResult();
            }
        }));
        var ended = Task.WhenAll(running);
        if (await Task.WhenAny(enough.Task, ended) == ended)
            await ended;
        await server.KillAsync();
        await ended;
        Assert.True(acknowledged.Count >= after, "the senders ended before the server did");
        return acknowledged;
    }

    // On a copy: the server itself is to find the files as they were left.
    void CheckFile(int round)
    {
        if (Database is not null)
            return;

        using var copy = new TemporaryFolder();
        foreach (var name in new[] { "hybrid.db", "hybrid.db-wal" })
            File.Copy(Path.Combine(_folder["data"], name), copy[name]);
        SQLitePCL.Batteries_V2.Init();
        using var connection = new SqliteConnection($"Data Source={copy["hybrid.db"]};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        Assert.True((string?)command.ExecuteScalar() == "ok", $"round {round}");
    }
}
