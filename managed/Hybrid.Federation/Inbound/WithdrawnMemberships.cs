using Hybrid.Federation.Events;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Receiving;
using Hybrid.Storage.Federation;

namespace Hybrid.Federation.Inbound;

/// <summary>
/// Events of rooms that this server does not take part in, of which one kind concerns it: those that take back an invitation of its users, or refuse their
/// knocks.
/// </summary>
public sealed class WithdrawnMemberships(EventVerifier verifier, ServerIdentity identity)
{
    /// <summary>Takes what ends an invitation or a knock; everything else is dropped.</summary>
    public async ValueTask ReceiveAsync(Room room, IReadOnlyList<InboundEvent> batch, CancellationToken cancellationToken)
    {
        List<ReadOnlyMemory<byte>> raw = [.. batch.Select(static inbound => inbound.Json)];
        foreach (var verified in await verifier.VerifyAsync(room.Current.Version, room.RoomId, raw, IncomingKind.Timeline, cancellationToken))
        {
            if (verified.Event is { } incoming && Ends(room, incoming))
                await room.SetOutOfBandAsync(new OutOfBandMembership(incoming, []), cancellationToken);
        }
    }

    // Who may take it back cannot be said from outside the room; that the same server did is as much as there is.
    bool Ends(Room room, IncomingEvent incoming) =>
        incoming.Event is { Type: "m.room.member", Membership: "leave" or "ban", StateKey: { } target } member
        && UserId.TryParse(target, out var userId) && userId.Server == identity.Name
        && room.Current.Find("m.room.member", target) is { Membership: "invite" or "knock" } pending
        && (pending.Membership == "knock" || pending.Sender.Server == member.Sender.Server);
}
