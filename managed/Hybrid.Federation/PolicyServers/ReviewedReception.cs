using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.PolicyServers;
using Hybrid.Rooms.Receiving;
using Hybrid.Rooms.State;

namespace Hybrid.Federation.PolicyServers;

/// <summary>
/// Receives events as their room's policy server recommends (server-server API, "Validating Policy Server signatures"): news without its signature are
/// shown to it once, and soft-failed if it still does not sign them. Nothing of that happens in the room's mailbox.
/// </summary>
public sealed class ReviewedReception(IPolicyServers servers)
{
    // Senders ask themselves before they send: who does not, has no claim to that this server does it for them without end.
    const int MaxAsked = 100;
    const int AtOnce = 8;

    /// <summary>As <see cref="Room.ReceiveAsync"/>. Events behind one that names or removes the policy server are received for themselves.</summary>
    public async ValueTask<Result<Receipt[]>> ReceiveAsync(Room room, IReadOnlyList<IncomingEvent> events, CancellationToken cancellationToken)
    {
        var receipts = new List<Receipt>(events.Count);
        while (receipts.Count < events.Count)
        {
            var current = room.Current;
            var end = EndOfPart(current, events, receipts.Count);
            var part = receipts.Count == 0 && end == events.Count ? events : [.. events.Take(receipts.Count..end)];
            if (RoomPolicy.Of(current) is { } policy)
                part = await ReviewAsync(current, policy, part, cancellationToken);
            if (!(await room.ReceiveAsync(part, afresh: false, cancellationToken)).TryGet(out var taken, out var error))
                return error;

            receipts.AddRange(taken);
        }

        return receipts.ToArray();
    }

    /// <summary>The event with the policy server's signature, or with its refusal; as it is where the policy server has no say.</summary>
    public async ValueTask<IncomingEvent> ReviewAsync(RoomSnapshot room, IncomingEvent incoming, CancellationToken cancellationToken) =>
        RoomPolicy.Of(room) is { } policy ? (await ReviewAsync(room, policy, [incoming], cancellationToken))[0] : incoming;

    // Whether there is a policy server can change with the events that name it, and with members of its server.
    static int EndOfPart(RoomSnapshot room, IReadOnlyList<IncomingEvent> events, int start)
    {
        var via = RoomPolicy.NamedIn(room)?.Via;
        for (var index = start; index < events.Count; index++)
        {
            var stored = events[index].Event;
            if (events[index].Kind == IncomingKind.Timeline && (!RoomPolicy.Covers(stored)
                || (via is { } server && stored.Membership is not null && UserId.TryParse(stored.StateKey, out var member) && member.Server == server)))
            {
                return index + 1;
            }
        }

        return events.Count;
    }

    async ValueTask<IReadOnlyList<IncomingEvent>> ReviewAsync(
        RoomSnapshot room, RoomPolicy policy, IReadOnlyList<IncomingEvent> events, CancellationToken cancellationToken)
    {
        var reviewed = events.ToArray();
        var unsigned = Enumerable.Range(0, reviewed.Length).Where(index => Lacks(reviewed[index])).ToList();
        foreach (var index in unsigned.Skip(MaxAsked))
            reviewed[index] = reviewed[index] with { PolicyRefusal = "It has no signature of the room's policy server." };
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(unsigned.Take(MaxAsked), options, async (index, token) => reviewed[index] = await AskAsync(reviewed[index], token));
        return reviewed;

        bool Lacks(IncomingEvent incoming) =>
            incoming.Kind == IncomingKind.Timeline && RoomPolicy.Covers(incoming.Event) && !policy.IsSigned(room.Version, incoming.Event.Json.Span);

        async ValueTask<IncomingEvent> AskAsync(IncomingEvent incoming, CancellationToken token) =>
            (await servers.SignAsync(room, policy, incoming.Event.Json, isAwaited: false, token)).TryGet(out var signed, out var refused)
                ? incoming with { Event = incoming.Event.WithSignature(signed) }
                : incoming with { PolicyRefusal = $"The room's policy server does not sign it: {refused.Message}" };
    }
}
