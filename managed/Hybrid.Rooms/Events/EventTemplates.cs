using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms.State;

namespace Hybrid.Rooms.Events;

/// <summary>
/// Makes events that are not put into the room here and now: templates that another server signs and sends back (<c>make_join</c> and the like), and
/// events that another server must sign first. They come in later through <see cref="Room.ReceiveAsync"/>.
/// </summary>
public sealed class EventTemplates(ServerIdentity identity, TimeProvider time)
{
    /// <summary>An event without hashes and signatures that the room as it is would allow; <c>M_FORBIDDEN</c> for one that it would not.</summary>
    public Result<ReadOnlyMemory<byte>> Make(RoomSnapshot room, EventProposal proposal) =>
        Place(room, proposal, isOwn: false).TryGet(out var placed, out var error) ? placed.Template : error;

    /// <summary>An event of this server that the room as it is would allow, sealed; <c>M_FORBIDDEN</c> for one that it would not.</summary>
    public Result<SealedEvent> Seal(RoomSnapshot room, EventProposal proposal) =>
        Place(room, proposal, isOwn: true).TryGet(out var placed, out var error) ? placed.Sealed : error;

    /// <summary>An event without a place in any graph, for a room that this server does not take part in and that never gets it.</summary>
    /// <exception cref="NativeException">The content cannot be that of an event.</exception>
    public static SealedEvent SealAlone(RoomSnapshot room, EventProposal proposal, ServerIdentity identity, long originServerTs)
    {
        var chosenId = ChooseId(RoomVersions.Find(room.Version)!, identity.Name);
        var template = EventTemplate.Write(proposal, room.RoomId, originServerTs, new GraphPlace([], [], 1), null, chosenId);
        return EventCodec.Seal(room.Version, template.Span, identity.Name.Value, identity.Key);
    }

    /// <summary>An ID that no other event has, for room versions in which servers choose them; null for others.</summary>
    public static EventId? ChooseId(RoomVersionTraits traits, ServerName server) =>
        traits.EventIdIsChosen ? EventId.Parse($"${Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}:{server}") : null;

    // The rules look at sealed events; a template of another server's is sealed for them alone.
    Result<(ReadOnlyMemory<byte> Template, SealedEvent Sealed)> Place(RoomSnapshot room, EventProposal proposal, bool isOwn)
    {
        try
        {
            var traits = RoomVersions.Find(room.Version)!;
            var placed = PlacedTemplate.Write(
                traits, proposal, room.RoomId, proposal.OriginServerTs ?? time.GetUtcNow().ToUnixTimeMilliseconds(),
                key => room.Find(key.Type, key.Key), room.FindRecent, ChooseId(traits, identity.Name), room.ForwardExtremities, room.Depth);
            var sealedEvent = EventCodec.Seal(room.Version, placed.Json.Span, identity.Name.Value, identity.Key);
            var verdict = EventAuthorization.Check(room.Version, sealedEvent.Json, placed.Evidence);
            return verdict.Allowed
                ? (isOwn || !traits.EventIdIsChosen ? placed.Json : WithoutId(placed.Json), sealedEvent)
                : MatrixError.Forbidden(verdict.Reason ?? "The rules of the room do not allow this.");
        }
        catch (NativeException exception)
        {
            return MatrixError.BadJson($"The content cannot be an event: {exception.Message}");
        }
    }

    // The server whose user it is chooses the ID.
    static ReadOnlyMemory<byte> WithoutId(ReadOnlyMemory<byte> template)
    {
        var json = JsonNode.Parse(template.Span)!.AsObject();
        json.Remove("event_id");
        return JsonSerializer.SerializeToUtf8Bytes(json);
    }
}
