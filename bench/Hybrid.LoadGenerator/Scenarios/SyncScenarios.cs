using System.Text;

namespace Hybrid.LoadGenerator.Scenarios;

/// <summary><c>/sync</c> of a user to whom nothing happened, without waiting.</summary>
sealed class IdleSyncScenario : IScenario
{
    const int Count = 4000;
    const int Rooms = 10;

    public string Name => "idle-sync";

    public string Unit => "sync";

    public async Task RunAsync(LoadContext context, Measurement measurement, CancellationToken cancellationToken)
    {
        var user = await context.FreshUserAsync(cancellationToken);
        for (var i = 0; i < Rooms; i++)
            await context.RoomAsync(user, [], cancellationToken);
        var since = (await context.Client.SyncAsync(user, null, 0, null, cancellationToken)).NextBatch;

        measurement.Begin();
        await measurement.RepeatAsync(
            context.Options.Scaled(Count), 1, (_, _) => context.Client.SyncAsync(user, since, 0, null, cancellationToken), cancellationToken);
        measurement.End();
    }
}

/// <summary>The first <c>/sync</c> of a user in 50 rooms with 20 members each, of which 20 events are shown.</summary>
sealed class InitialSyncScenario : IScenario
{
    const int Count = 50;
    const int Rooms = 50;
    const int Members = 20;
    const int Events = 20;
    const string Filter = """{"room":{"timeline":{"limit":20}}}""";

    public string Name => "initial-sync";

    public string Unit => "sync";

    public async Task RunAsync(LoadContext context, Measurement measurement, CancellationToken cancellationToken)
    {
        var user = await context.FreshUserAsync(cancellationToken);
        var others = await context.UsersAsync(Members - 1, cancellationToken);
        var rooms = new string[Rooms];
        for (var i = 0; i < Rooms; i++)
            rooms[i] = await context.Client.CreateRoomAsync(user, $$"""{"preset":"public_chat","name":"Room {{i}}"}""", cancellationToken);
        await LoadContext.EachAsync(Enumerable.Range(0, Rooms), PrepareAsync, cancellationToken);

        // An answer that leaves rooms or events out is fast and worth nothing.
        var answer = await context.Client.SyncAsync(user, null, 0, Filter, cancellationToken);
        for (var i = 0; i < Rooms * Events; i++)
        {
            if (!answer.Contains(Encoding.UTF8.GetBytes($"\"Message {i % Events} of room {i / Events}\"")))
                measurement.Fail($"Message {i % Events} of room {i / Events} is missing in the initial sync.");
        }

        measurement.Begin();
        await measurement.RepeatAsync(
            context.Options.Scaled(Count), 1, (_, _) => context.Client.SyncAsync(user, null, 0, Filter, cancellationToken), cancellationToken);
        measurement.End();

        async Task PrepareAsync(int number, CancellationToken token)
        {
            var room = rooms[number];
            foreach (var other in others)
                await context.Client.JoinAsync(other, room, token);
            for (var i = 0; i < Events; i++)
                await context.Client.SendTextAsync(others[i % others.Count], room, $"initial-{number}-{i}", $"Message {i} of room {number}", token);
        }
    }
}
