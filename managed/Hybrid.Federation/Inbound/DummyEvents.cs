using Hybrid.Federation.PolicyServers;
using Hybrid.Rooms;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Receiving;
using Microsoft.Extensions.Logging;
using EventId = Hybrid.Primitives.EventId;

namespace Hybrid.Federation.Inbound;

/// <summary>
/// Ties the ends of a graph that frays, so that state is not resolved over ever more of them: an event without a meaning, of a type that no client shows,
/// names them as what it follows.
/// </summary>
public sealed class DummyEvents(EventTemplates templates, ReviewedReception reviews, ServerIdentity identity, ILogger<DummyEvents> logger)
{
    /// <summary>The type that servers use for it; clients are not shown it.</summary>
    public const string Type = "org.matrix.dummy_event";

    const int MaxEnds = 10;

    /// <summary>Ties the ends if there are too many and a user of this server may send events.</summary>
    public async ValueTask TieAsync(Room room, CancellationToken cancellationToken)
    {
        var current = room.Current;
        if (current.ForwardExtremities.Count <= MaxEnds)
            return;

        var needed = current.PowerLevels.ToSend(Type, isState: false);
        var sender = current.Joined.Where(member => member.Server == identity.Name && current.PowerLevels.Of(member) >= needed)
            .OrderBy(static member => member.Value, StringComparer.Ordinal).FirstOrDefault();
        if (sender == default || !templates.Seal(current, new EventProposal(Type, sender, "{}"u8.ToArray())).TryGet(out var dummy, out _))
        {
            logger.LogInformation("{Room} has {Count} ends, and no user here may send an event that ties them", room.RoomId, current.ForwardExtremities.Count);
            return;
        }

        var incoming = IncomingEvent.Read(current.Version, room.RoomId, EventId.Parse(dummy.EventId), dummy.Json, IncomingKind.Timeline)!;
        await reviews.ReceiveAsync(room, [incoming], cancellationToken);
    }
}
