using System.Text;
using Hybrid.Federation.Outbound;
using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Rooms.Checks;
using Hybrid.Rooms.State;
using Hybrid.Simulation.Tests.Faults;
using Hybrid.Simulation.Tests.Servers;
using Hybrid.Storage.Federation;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.State;

namespace Hybrid.Simulation.Tests.Invariants;

/// <summary>What must hold once everything works again and everyone has heard of everyone.</summary>
static class HealedRooms
{
    // More are tied together as they come.
    const int MaxEnds = 10;

    /// <summary>Whether all have the same state, and nothing left to do: what does not hold, a line each.</summary>
    public static List<string> CheckAgreement(Simulation simulation)
    {
        var problems = new List<string>();
        foreach (var server in simulation.Servers)
            CheckQueues(server, problems);
        foreach (var roomId in simulation.Rooms)
            CheckStates(simulation, roomId, Members(simulation, roomId), problems);
        return problems;
    }

    /// <summary>Whether all have what was sent and show nothing that was refused, once users have read back: what does not hold, a line each.</summary>
    public static List<string> CheckContents(Simulation simulation)
    {
        var problems = new List<string>();
        foreach (var roomId in simulation.Rooms)
        {
            var members = Members(simulation, roomId);
            CheckAcknowledged(simulation, roomId, members, problems);
            foreach (var server in members)
            {
                CheckTimeline(server, roomId, problems);
                CheckStore(server, roomId, problems);
            }
        }

        CheckRestart(simulation, problems);
        return problems;
    }

    /// <summary>Current state as it is compared: each key with the event that is its value.</summary>
    public static SortedDictionary<string, string> StateOf(RoomSnapshot room)
    {
        var state = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in room.State)
            state.Add($"{key.Type} {key.Key}", value.EventId.Value);
        return state;
    }

    /// <summary>
    /// Servers that are in a room by their own account and not by that of the others, or the other way round. It can come to that where the protocol knows no
    /// way back: the last join of a server's users is undone by a resolution, so that the others send it nothing, or its own resolution undoes it, so that
    /// it takes nothing. The specification leaves it at that; there must be few.
    /// </summary>
    public static IReadOnlyList<string> Estranged(Simulation simulation) =>
    [
        .. simulation.Rooms.SelectMany(roomId =>
            EstrangedFrom(simulation, roomId).Select(server => $"{server.Name} and the others do not agree that it is in {roomId}.")),
    ];

    static IEnumerable<SimulatedServer> EstrangedFrom(Simulation simulation, RoomId roomId)
    {
        var members = Members(simulation, roomId);
        return simulation.Servers.Except(members)
            .Where(server => Simulation.TakesPart(server, roomId) || (members.Count > 0 && IsMemberFor(members, server, roomId)));
    }

    // In the room by their own account, and by that of most others.
    static List<SimulatedServer> Members(Simulation simulation, RoomId roomId)
    {
        var members = simulation.Servers.Where(server => Simulation.TakesPart(server, roomId)).ToList();
        return members.FindAll(server => IsMemberFor(members, server, roomId));
    }

    static bool IsMemberFor(List<SimulatedServer> members, SimulatedServer server, RoomId roomId)
    {
        var others = members.FindAll(other => other != server);
        return others.Count(other => Simulation.Look(other, roomId)!.HasMemberOf(server.Name)) * 2 >= others.Count;
    }

    static void CheckStates(Simulation simulation, RoomId roomId, List<SimulatedServer> members, List<string> problems)
    {
        SortedDictionary<string, string>? first = null;
        foreach (var server in members)
        {
            var room = Simulation.Look(server, roomId)!;
            var state = StateOf(room);
            simulation.Setting.Trace.Add($"{server.Name} ends with {string.Join(' ', state)}");
            if (room.ForwardExtremities.Count > MaxEnds)
                problems.Add($"{roomId} at {server.Name} has {room.ForwardExtremities.Count} ends.");
            // A soft-failed event can become state, when others build on it.
            foreach (var refused in room.State.Values.Where(static value => value.Standing == EventStanding.Rejected))
                problems.Add($"{roomId} at {server.Name}: {refused.EventId} is state, and {refused.Standing}.");
            foreach (var lie in room.State.Values.Where(IsLie))
                problems.Add($"{roomId} at {server.Name}: {lie.EventId} is state, and a lie.");
            first ??= state;
            foreach (var key in first.Keys.Union(state.Keys).Where(key => first.GetValueOrDefault(key) != state.GetValueOrDefault(key)))
            {
                problems.Add(
                    $"{roomId}: {key} is {first.GetValueOrDefault(key) ?? "nothing"} at {members[0].Name}, {state.GetValueOrDefault(key) ?? "nothing"} at {server.Name}.");
            }
        }
    }

    /// <summary>
    /// What the protocol promises of an event that a user was told is sent. Once one server beside the sender's accepts it, all follow it and get it by the
    /// graph. Until then only the sender's server passes it on, to those that are in the room by its account: a server that takes it for forbidden by the
    /// room as it has become keeps it to itself ("Soft failure"), and one that the others have put out of the room unheard says it to whom it knows. So an
    /// event may be missing only where nobody else accepted it, and someone refused it or its own server is estranged.
    /// </summary>
    static void CheckAcknowledged(Simulation simulation, RoomId roomId, List<SimulatedServer> members, List<string> problems)
    {
        var estranged = EstrangedFrom(simulation, roomId).Select(static server => server.Name).ToHashSet();
        foreach (var sent in simulation.Acknowledged.Where(sent => sent.RoomId == roomId))
        {
            var known = members.ToDictionary(static server => server.Name, server => Now(server.Get<IRoomStore>().FindKnownAsync([sent.EventId], default)).SingleOrDefault());
            var isAccepted = known.Any(entry => entry.Key != sent.Server && entry.Value is { Standing: EventStanding.Accepted, IsOutlier: false });
            var isRefused = known.Values.Any(static stored => stored is { Standing: not EventStanding.Accepted });
            if (!isAccepted && (isRefused || estranged.Contains(sent.Server)))
                continue;

            foreach (var server in members.Where(server => server.Name == sent.Server || simulation.HasTakenPartSince(server, roomId, sent.At)))
            {
                if (known[server.Name] is not { IsOutlier: false })
                    problems.Add($"{roomId}: {server.Name} does not have {sent.EventId}, which {sent.Server} sent at {sent.At.TotalSeconds:F3}.");
            }
        }
    }

    static void CheckTimeline(SimulatedServer server, RoomId roomId, List<string> problems)
    {
        const int PageSize = 500;
        var seen = new HashSet<EventId>();
        for (long? from = TimelineQuery.Beginning; from is { } after;)
        {
            var page = Now(server.Get<IRoomStore>().ReadTimelineAsync(new TimelineQuery(roomId, after, null, Backwards: false, PageSize), default));
            foreach (var stored in page.Events)
            {
                if (stored.Standing != EventStanding.Accepted || stored.IsOutlier)
                    problems.Add($"{roomId} at {server.Name}: {stored.EventId} is in the timeline, and {stored.Standing}.");
                if (IsLie(stored))
                    problems.Add($"{roomId} at {server.Name}: {stored.EventId} is in the timeline, and a lie.");
                if (!seen.Add(stored.EventId))
                    problems.Add($"{roomId} at {server.Name}: {stored.EventId} is in the timeline twice.");
            }

            from = page.Next;
        }
    }

    static void CheckStore(SimulatedServer server, RoomId roomId, List<string> problems)
    {
        var check = new RoomCheck(server.Get<IRoomStore>(), server.Get<IStateStore>());
        foreach (var problem in Now(check.CheckAsync(roomId, default))?.Problems ?? [])
            problems.Add($"{server.Name}: {problem} {Shown(server, problem)}");
    }

    // What the event says that a finding is about.
    static string Shown(SimulatedServer server, string problem) =>
        problem.Split(' ', ':').FirstOrDefault(static word => word.StartsWith('$')) is { } id
        && Now(server.Get<IRoomStore>().FindKnownAsync([EventId.Parse(id)], default)) is [var stored]
            ? $"{stored.Standing} {Encoding.UTF8.GetString(stored.Json.Span)}"
            : "";

    static void CheckQueues(SimulatedServer server, List<string> problems)
    {
        foreach (var roomId in Now(server.Get<IInboundStore>().ReadRoomsAsync(default)))
            problems.Add($"{server.Name} has not received everything of {roomId} that it took.");
        if (server.Get<FederationSender>().DestinationCount is > 0 and var count)
            problems.Add($"{server.Name} has something left for {count} servers.");
    }

    // What is stored is what was in memory.
    static void CheckRestart(Simulation simulation, List<string> problems)
    {
        foreach (var server in simulation.Servers)
        {
            var before = simulation.Rooms.ToDictionary(roomId => roomId, roomId => Simulation.Look(server, roomId));
            server.Start();
            foreach (var (roomId, room) in before)
            {
                if (room is null)
                    continue;

                var after = Simulation.Look(server, roomId);
                if (after is null || !StateOf(room).SequenceEqual(StateOf(after)) || !room.ForwardExtremities.ToHashSet().SetEquals(after.ForwardExtremities))
                    problems.Add($"{roomId} at {server.Name} is another after a restart.");
            }
        }
    }

    static bool IsLie(StoredEvent stored) => Encoding.UTF8.GetString(stored.Json.Span).Contains(Liar.Mark, StringComparison.Ordinal);

    /// <summary>What a store answers: at once, since it works in the thread that asks.</summary>
    public static T Now<T>(ValueTask<T> task) => task.IsCompleted ? task.Result : throw new InvalidOperationException("The store does not answer at once.");
}
