using Hybrid.LoadGenerator.Client;
using Hybrid.LoadGenerator.Target;

namespace Hybrid.LoadGenerator.Scenarios;

/// <summary>What scenarios share: the server, and users that were registered before.</summary>
sealed class LoadContext(LoadOptions options, MatrixClient client, Registration registration, ProcessMeter? meter)
{
    // Registering is mostly password hashing; more at once than cores only queues.
    const int Registrations = 4;
    const int Preparations = 8;

    static readonly TimeSpan CalmLimit = TimeSpan.FromSeconds(5);
    static readonly TimeSpan CalmProbe = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan BlindCalm = TimeSpan.FromMilliseconds(500);

    readonly List<MatrixUser> _pool = [];

    public LoadOptions Options => options;

    public MatrixClient Client => client;

    /// <summary>A user that no other scenario knows.</summary>
    public Task<MatrixUser> FreshUserAsync(CancellationToken cancellationToken) => registration.RegisterAsync(cancellationToken);

    /// <summary>Users that scenarios have in common, for roles where it does not matter which rooms they are in.</summary>
    public async Task<IReadOnlyList<MatrixUser>> UsersAsync(int count, CancellationToken cancellationToken)
    {
        var missing = new MatrixUser[Math.Max(0, count - _pool.Count)];
        await Parallel.ForAsync(
            0, missing.Length, new ParallelOptions { MaxDegreeOfParallelism = Registrations, CancellationToken = cancellationToken },
            async (index, token) => missing[index] = await registration.RegisterAsync(token));
        _pool.AddRange(missing);
        return _pool[..count];
    }

    /// <summary>A public room of the user's with these members.</summary>
    public async Task<string> RoomAsync(MatrixUser creator, IEnumerable<MatrixUser> members, CancellationToken cancellationToken)
    {
        var room = await client.CreateRoomAsync(creator, """{"preset":"public_chat"}""", cancellationToken);
        await EachAsync(members, (member, token) => client.JoinAsync(member, room, token), cancellationToken);
        return room;
    }

    /// <summary>Preparation that is done for each item, a few at once.</summary>
    public static Task EachAsync<T>(IEnumerable<T> items, Func<T, CancellationToken, Task> prepare, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            items, new ParallelOptions { MaxDegreeOfParallelism = Preparations, CancellationToken = cancellationToken },
            async (item, token) => await prepare(item, token));

    /// <summary>Waits until the server has worked off what it was asked, so that all who wait for news really wait.</summary>
    public async Task CalmAsync(CancellationToken cancellationToken)
    {
        if (meter is null)
        {
            await Task.Delay(BlindCalm, cancellationToken);
            return;
        }

        var deadline = TimeProvider.System.GetTimestamp();
        for (var before = meter.CpuTime; ; before = meter.CpuTime)
        {
            await Task.Delay(CalmProbe, cancellationToken);
            if (meter.CpuTime == before || TimeProvider.System.GetElapsedTime(deadline) > CalmLimit)
                return;
        }
    }
}
