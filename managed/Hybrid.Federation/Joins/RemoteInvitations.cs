using System.Buffers;
using System.Text.Json;
using Hybrid.Federation.Events;
using Hybrid.Federation.PolicyServers;
using Hybrid.Federation.Requests;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.PolicyServers;
using Hybrid.Rooms.Receiving;
using Hybrid.Rooms.State;
using Hybrid.Rooms.Timeline;

namespace Hybrid.Federation.Joins;

/// <summary>
/// Invites users of other servers: their server signs the invitation before the room has it (server-server API, "Inviting to a room").
/// </summary>
public sealed class RemoteInvitations(
    IFederationClient client, EventVerifier verifier, EventTemplates templates, IPolicyServers policyServers, ReviewedReception reviews)
{
    /// <summary>Invites a user of another server; its refusal, or the room's, is the answer.</summary>
    public async ValueTask<Result<Done>> InviteAsync(Room room, UserId sender, UserId target, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var current = room.Current;
        var proposal = new EventProposal("m.room.member", sender, content) { StateKey = target.Value };
        if (!templates.Seal(current, proposal).TryGet(out var invitation, out var error))
            return error;
        if (RoomPolicy.Of(current) is { } policy)
        {
            if (!(await policyServers.SignAsync(current, policy, invitation.Json, isAwaited: true, cancellationToken)).TryGet(out var reviewed, out error))
                return error;
            invitation = invitation with { Json = reviewed.ToArray() };
        }

        var path = FederationPath.Of("federation/v2/invite", room.RoomId.Value, invitation.EventId);
        var request = FederationRequest.Put(path, Write(current, sender, invitation)) with { EvenInBackOff = true };
        if (!(await client.SendAsync(target.Server, request, cancellationToken)).TryGet(out var answer, out var failure))
            return failure.ToMatrixError();
        if (await ReadAsync(current, invitation, answer.Body, cancellationToken) is not { } signed)
            return MatrixError.Of(502, "M_UNKNOWN", $"The server {target.Server} does not sign the invitation.");
        if (!(await reviews.ReceiveAsync(room, [signed], cancellationToken)).TryGet(out var receipts, out error))
            return error;

        return receipts[0].Outcome is ReceiptOutcome.Accepted or ReceiptOutcome.Known
            ? default(Done)
            : MatrixError.Forbidden(receipts[0].Reason ?? "The room does not allow the invitation any more.");
    }

    static ReadOnlyMemory<byte> Write(RoomSnapshot room, UserId sender, SealedEvent invitation)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("room_version"u8, room.Version);
            writer.WritePropertyName("event"u8);
            writer.WriteRawValue(invitation.Json, skipInputValidation: true);
            writer.WriteStartArray("invite_room_state"u8);
            foreach (var state in StrippedState.Of(room, sender))
                writer.WriteRawValue(state.Json.Span, skipInputValidation: true);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    async ValueTask<IncomingEvent?> ReadAsync(RoomSnapshot room, SealedEvent invitation, ReadOnlyMemory<byte> answer, CancellationToken cancellationToken)
    {
        byte[] raw;
        try
        {
            using var document = JsonDocument.Parse(answer);
            if (!document.RootElement.TryGetProperty("event", out var returned) || returned.ValueKind != JsonValueKind.Object)
                return null;
            raw = JsonSerializer.SerializeToUtf8Bytes(returned);
        }
        catch (JsonException)
        {
            return null;
        }

        var verified = (await verifier.VerifyAsync(room.Version, room.RoomId, [raw], IncomingKind.Timeline, cancellationToken))[0].Event;
        return verified?.Event.EventId.Value == invitation.EventId ? verified : null;
    }
}
