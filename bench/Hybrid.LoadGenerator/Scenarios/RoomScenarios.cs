namespace Hybrid.LoadGenerator.Scenarios;

/// <summary>One user who creates rooms, one after the other.</summary>
sealed class CreateRoomScenario : IScenario
{
    const int Count = 200;

    public string Name => "create-room";

    public string Unit => "room";

    public async Task RunAsync(LoadContext context, Measurement measurement, CancellationToken cancellationToken)
    {
        var user = await context.FreshUserAsync(cancellationToken);

        measurement.Begin();
        await measurement.RepeatAsync(
            context.Options.Scaled(Count), 1,
            (_, index) => context.Client.CreateRoomAsync(user, $$"""{"preset":"private_chat","name":"Room {{index}}"}""", cancellationToken),
            cancellationToken);
        measurement.End();
    }
}

/// <summary>Users who join public rooms, one after the other.</summary>
sealed class JoinScenario : IScenario
{
    const int Count = 400;
    const int MembersPerRoom = 20;

    public string Name => "join";

    public string Unit => "join";

    public async Task RunAsync(LoadContext context, Measurement measurement, CancellationToken cancellationToken)
    {
        var count = context.Options.Scaled(Count);
        var users = await context.UsersAsync(Math.Min(MembersPerRoom, count), cancellationToken);
        var creator = await context.FreshUserAsync(cancellationToken);
        var rooms = new string[(count + users.Count - 1) / users.Count];
        for (var i = 0; i < rooms.Length; i++)
            rooms[i] = await context.RoomAsync(creator, [], cancellationToken);

        measurement.Begin();
        await measurement.RepeatAsync(
            count, 1, (_, index) => context.Client.JoinAsync(users[index % users.Count], rooms[index / users.Count], cancellationToken), cancellationToken);
        measurement.End();
    }
}
