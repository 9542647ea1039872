using System.Globalization;
using Hybrid.Durability.Tests.Crashes;

namespace Hybrid.Durability.Tests.Federated;

/// <summary>All users of all servers, the first of each server's being its residents; each with a client that syncs until the end.</summary>
sealed class People : IAsyncDisposable
{
    const int MostPeople = 100;

    readonly Ledger _ledger = new();
    readonly List<Listener> _listeners = [];
    readonly List<Resident> _residents = [];
    readonly List<Visitor> _visitors = [];
    readonly CancellationTokenSource _end = new();
    readonly HealedRooms _healed;
    readonly List<double> _healing = [];
    Task _listening = Task.CompletedTask;

    People() => _healed = new HealedRooms(_listeners, _ledger);

    /// <summary>Registers them; from now on their clients listen.</summary>
    /// <param name="servers">Where.</param>
    /// <param name="residents">How many residents each server has, beside its one visitor.</param>
    /// <param name="seed">What they do follows from it, and when from the machine.</param>
    public static async Task<People> RegisterAsync(IReadOnlyList<ServerProcess> servers, int residents, int seed)
    {
        var people = new People();
        foreach (var server in servers)
        {
            for (var number = 0; number < residents; number++)
            {
                var listener = await people.AddAsync(server, $"resident{number}", stays: true);
                people._residents.Add(new Resident(listener, people._ledger, new Random((seed * MostPeople) + people._listeners.Count)));
            }

            people._visitors.Add(new Visitor(
                await people.AddAsync(server, "visitor", stays: false), people._ledger, new Random((seed * MostPeople) + people._listeners.Count)));
        }

        people._listening = Task.WhenAll(people._listeners.Select(listener => listener.RunAsync(people._end.Token)));
        return people;
    }

    /// <summary>A new room, in which all of them talk until <paramref name="end"/>. The task's task ends with what was under way then.</summary>
    public async Task<Task> TalkAsync(CancellationToken end)
    {
        var first = _residents[0];
        var roomId = await first.CreateRoomAsync("public_chat");
        var via = _listeners.Select(static listener => listener.Account.ServerName).Distinct().ToList();
        var residents = Accounts(static listener => listener.Stays);
        var visitors = Accounts(static listener => !listener.Stays);
        return Task.WhenAll(
            [
                .. _residents.Select(resident => StayAsync(resident)),
                .. _visitors.Select(visitor => visitor.RunAsync(roomId, via, end)),
            ]);

        async Task StayAsync(Resident resident)
        {
            if (resident != first)
                await resident.JoinAsync(roomId, via[0]);
            await resident.RunAsync(roomId, residents, visitors, end);
        }
    }

    /// <summary>Waits until everything that must hold does.</summary>
    public async Task CheckAsync()
    {
        var took = await _healed.CheckAsync(async () =>
        {
            if (_listening.IsFaulted)
                await _listening;
            foreach (var visitor in _visitors)
                await visitor.FollowAsync();
        });
        _healing.Add(took.TotalSeconds);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{_ledger.Events.Count} events, {_ledger.ToDevice.Values.Sum()} to-device messages and {_ledger.Invitations.Count} invitations acknowledged; everywhere {_healing.Max():0.0} s after the last at most");

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    async Task<Listener> AddAsync(ServerProcess server, string name, bool stays)
    {
        var listener = new Listener(await Account.RegisterAsync(server, name), stays, _ledger);
        _listeners.Add(listener);
        return listener;
    }

    List<Account> Accounts(Func<Listener, bool> wanted) => [.. _listeners.Where(wanted).Select(static listener => listener.Account)];
}
