using Hybrid.Federation.Events;
using Hybrid.Federation.Joins;
using Hybrid.Federation.PolicyServers;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Receiving;
using Hybrid.Storage.Federation;
using Hybrid.Storage.Rooms;
using Microsoft.Extensions.Logging;
using EventId = Hybrid.Primitives.EventId;

namespace Hybrid.Federation.Inbound;

/// <summary>
/// Receives a batch of the inbound log: its signatures are checked in one native call, what is missing before it is fetched from who sent it, and the room
/// takes all of it in one commit.
/// </summary>
public sealed class InboundReception(
    RoomRegistry rooms, EventVerifier verifier, Ancestry ancestry, ReviewedReception reviews, IRoomStore store,
    DummyEvents dummies, WithdrawnMemberships withdrawn, JoinsUnderWay joins, ServerIdentity identity, ILogger<InboundReception> logger)
{
    /// <summary>
    /// Whether events of a room have to wait: a join under way has not brought it yet, or only a part of its state. What ends that wakes the lane:
    /// <see cref="JoinsUnderWay"/> or <see cref="PartialRooms"/>.
    /// </summary>
    public async ValueTask<bool> IsHeldAsync(RoomId roomId, CancellationToken cancellationToken)
    {
        var isJoining = joins.VersionOf(roomId) is not null;
        return await rooms.FindAsync(roomId, cancellationToken) is { } room
            ? !room.WholeStateAsync().IsCompleted || (isJoining && !room.Current.HasMemberOf(identity.Name))
            : isJoining;
    }

    /// <summary>Receives the events. Returns when they are durable, or have no place in the room.</summary>
    /// <returns>Those that could not be received because what is before them could not be had.</returns>
    public async ValueTask<IReadOnlyCollection<EventId>> ReceiveAsync(RoomId roomId, IReadOnlyList<InboundEvent> batch, CancellationToken cancellationToken)
    {
        if (await rooms.FindAsync(roomId, cancellationToken) is not { } room)
            return [];
        if (!room.Current.HasMemberOf(identity.Name))
        {
            await withdrawn.ReceiveAsync(room, batch, cancellationToken);
            return [];
        }

        var known = (await store.FindKnownAsync([.. batch.Select(static inbound => inbound.EventId)], cancellationToken))
            .Where(static stored => !stored.IsOutlier).Select(static stored => stored.EventId).ToHashSet();
        var incomplete = new HashSet<EventId>();
        // What came before the room did was not asked yet whether it may.
        foreach (var sender in batch.Where(inbound => !known.Contains(inbound.EventId) && ServerAcl.Allows(room.Current, inbound.Origin)).GroupBy(static inbound => inbound.Origin))
            await ReceiveAsync(room, sender.Key, [.. sender.Select(static inbound => inbound.Json)], incomplete, cancellationToken);
        await dummies.TieAsync(room, cancellationToken);
        incomplete.IntersectWith(batch.Select(static inbound => inbound.EventId));
        return incomplete;
    }

    async ValueTask ReceiveAsync(
        Room room, ServerName origin, List<ReadOnlyMemory<byte>> raw, HashSet<EventId> incomplete, CancellationToken cancellationToken)
    {
        var events = new List<IncomingEvent>(raw.Count);
        foreach (var verified in await verifier.VerifyAsync(room.Current.Version, room.RoomId, raw, IncomingKind.Timeline, cancellationToken))
        {
            if (verified.Event is { } incoming)
                events.Add(incoming);
            else
                Log(verified.Verdict, verified.Reason);
        }

        if (events.Count == 0)
            return;

        var complete = await ancestry.CompleteAsync(origin, room.Current, events, cancellationToken);
        if (!(await reviews.ReceiveAsync(room, complete, cancellationToken)).TryGet(out var receipts, out _))
            return;

        foreach (var receipt in receipts)
        {
            if (receipt.Outcome == ReceiptOutcome.Incomplete)
                incomplete.Add(receipt.EventId);
            if (receipt.Outcome is not (ReceiptOutcome.Accepted or ReceiptOutcome.Known))
                logger.LogInformation("{Event} of {Room}, sent by {Origin}: {Outcome}. {Reason}", receipt.EventId, room.RoomId, origin, receipt.Outcome, receipt.Reason);
        }

        void Log(ReceivedVerdict verdict, string reason) =>
            logger.LogInformation("{Origin} sent an event of {Room} that is refused, {Verdict}: {Reason}", origin, room.RoomId, verdict, reason);
    }
}
