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
    /// way back. Joins that happen while elsewhere the room is closed to all but the invited do not outlive the resolution of both; whose last join that was
    /// is sent nothing any more and may ask for nothing, so that it does not even learn of it. The same befalls a server whose users left and came back
    /// through another that had not heard that they left: the room as that one tells it is all it knows then, as with other servers (Synapse forgets the
    /// ends that it had, too). Those who still take each other for members go on; the specification leaves it at that, and there must be few.
    /// </summary>
    public static IReadOnlyList<string> Estranged(Simulation simulation) =>
    [
        .. simulation.Rooms.SelectMany(roomId =>
            EstrangedFrom(simulation, roomId).Select(server => $"{server.Name} and the others do not agree that it is in {roomId}.")),
    ];

    static IEnumerable<SimulatedServer> EstrangedFrom(Simulation simulation, RoomId roomId)
    {
        var members = Members(simulation, roomId);
        return simulation.Servers.Except(members).Where(server =>
            Simulation.TakesPart(server, roomId) || members.Exists(member => Simulation.Look(member, roomId)!.HasMemberOf(server.Name)));
    }

    // Of the servers in the room by their own account the most that hear of each other: directly, as each has the other as a member, or through others.
    static List<SimulatedServer> Members(Simulation simulation, RoomId roomId)
    {
        var left = simulation.Servers.Where(server => Simulation.TakesPart(server, roomId)).ToList();
        List<SimulatedServer> most = [];
        while (left.Count > 0)
        {
            List<SimulatedServer> group = [left[0]];
            left.RemoveAt(0);
            for (var index = 0; index < group.Count; index++)
            {
                var met = left.FindAll(other => Hear(group[index], other, roomId));
                group.AddRange(met);
                left.RemoveAll(met.Contains);
            }

            if (group.Count > most.Count)
                most = group;
        }

        return [.. simulation.Servers.Where(most.Contains)];
    }

    static bool Hear(SimulatedServer one, SimulatedServer other, RoomId roomId) =>
        Simulation.Look(one, roomId)!.HasMemberOf(other.Name) && Simulation.Look(other, roomId)!.HasMemberOf(one.Name);

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
    /// What the protocol promises of an event that a user was told is sent. Its server passes it on to those that are in the room by its own account. Whoever
    /// accepts it follows it from then on, and brings all others to it by the graph, those too that its server knew nothing of. So all have it if the ends
    /// of anyone lead to it. If those of nobody do, it was refused where it came, or left behind by a server whose users left the room and came back
    /// through another; then those have it, shown to users or not, to whom its server was to send it.
    /// </summary>
    static void CheckAcknowledged(Simulation simulation, RoomId roomId, List<SimulatedServer> members, List<string> problems)
    {
        var followed = members.SelectMany(server => RoomGraph.Of(server, roomId).Followed).ToHashSet();
        foreach (var sent in simulation.Acknowledged.Where(sent => sent.RoomId == roomId))
        {
            foreach (var server in members.Where(server => server.Name == sent.Server || simulation.HasTakenPartSince(server, roomId, sent.At)))
            {
                if ((followed.Contains(sent.EventId) || server.Name == sent.Server || IsSentTo(simulation, sent, server.Name))
                    && Now(server.Get<IRoomStore>().FindKnownAsync([sent.EventId], default)) is not [{ IsOutlier: false }])
                {
                    problems.Add($"{roomId}: {server.Name} does not have {sent.EventId}, which {sent.Server} sent at {sent.At.TotalSeconds:F3}.");
                }
            }
        }
    }

    // To whom it was owed and who has been put out of the room since, by the account of the sender's server, is told nothing more.
    static bool IsSentTo(Simulation simulation, AcknowledgedEvent sent, ServerName server) =>
        sent.Audience.Contains(server)
        && Simulation.Look(simulation.Servers.Single(sender => sender.Name == sent.Server), sent.RoomId) is { } room && room.HasMemberOf(server);

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
