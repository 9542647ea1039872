namespace Hybrid.LoadGenerator.Scenarios;

/// <summary>Many clients that send into a few rooms as fast as they are answered.</summary>
sealed class SendScenario : IScenario
{
    const int Count = 4000;

    public string Name => "send";

    public string Unit => "send";

    public async Task RunAsync(LoadContext context, Measurement measurement, CancellationToken cancellationToken)
    {
        var options = context.Options;
        var users = await context.UsersAsync(options.Clients, cancellationToken);
        var rooms = new string[Math.Min(options.Rooms, options.Clients)];
        for (var i = 0; i < rooms.Length; i++)
        {
            var members = users.Where((_, index) => index % rooms.Length == i).ToList();
            rooms[i] = await context.RoomAsync(members[0], members.Skip(1), cancellationToken);
        }

        measurement.Begin();
        await measurement.RepeatAsync(
            options.Scaled(Count), users.Count,
            (worker, index) => context.Client.SendTextAsync(
                users[worker], rooms[worker % rooms.Length], $"send-{index}", $"Message {index} of a busy room", cancellationToken),
            cancellationToken);
        measurement.End();
    }
}

/// <summary>One client that sends into a room of its own, one message after the other.</summary>
sealed class QuietSendScenario : IScenario
{
    const int Count = 1000;

    public string Name => "quiet-send";

    public string Unit => "send";

    public async Task RunAsync(LoadContext context, Measurement measurement, CancellationToken cancellationToken)
    {
        var user = await context.FreshUserAsync(cancellationToken);
        var room = await context.RoomAsync(user, [], cancellationToken);

        measurement.Begin();
        await measurement.RepeatAsync(
            context.Options.Scaled(Count), 1,
            (_, index) => context.Client.SendTextAsync(user, room, $"quiet-{index}", $"Message {index} of a quiet room", cancellationToken),
            cancellationToken);
        measurement.End();
    }
}
