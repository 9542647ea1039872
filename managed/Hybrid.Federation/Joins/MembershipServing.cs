using System.Buffers;
using System.Text.Json;
using Hybrid.Federation.Events;
using Hybrid.Federation.Inbound;
using Hybrid.Federation.PolicyServers;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Receiving;
using Hybrid.Storage.Rooms;

namespace Hybrid.Federation.Joins;

/// <summary>
/// Lets users of other servers join, knock on and leave rooms through this one: hands out templates of member events, and takes the signed events
/// (server-server API, "Joining Rooms", "Knocking upon a room", "Leaving Rooms").
/// </summary>
public sealed class MembershipServing(
    RoomRegistry rooms, EventTemplates templates, RestrictedJoins restricted, EventVerifier verifier, Ancestry ancestry, ReviewedReception reviews,
    IBlockedRoomStore blocked, ServerIdentity identity)
{
    /// <summary>
    /// A room that the asking server may have dealings with here; <c>M_NOT_FOUND</c>, also for one whose state this server knows in part only, or
    /// <c>M_FORBIDDEN</c> for one whose list keeps the server out.
    /// </summary>
    public async ValueTask<Result<Room>> OpenAsync(ServerName origin, RoomId roomId, CancellationToken cancellationToken)
    {
        if (await rooms.FindAsync(roomId, cancellationToken) is not { Current.Partial: null } room || !room.Current.HasMemberOf(identity.Name)
            || await blocked.FindBlockerAsync(roomId, cancellationToken) is not null)
        {
            return MatrixError.NotFound("This server does not take part in the room.");
        }

        return ServerAcl.Allows(room.Current, origin) ? room : MatrixError.Forbidden("The room does not let your server take part.");
    }

    /// <summary>A template of a user's member event, <c>{"room_version", "event"}</c>.</summary>
    /// <param name="origin">Who asks.</param>
    /// <param name="roomId">The room.</param>
    /// <param name="userId">The user, who must be of the asking server.</param>
    /// <param name="membership"><c>join</c>, <c>knock</c> or <c>leave</c>.</param>
    /// <param name="versions">The room versions that the asking server knows; null where it is not asked.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async ValueTask<Result<ReadOnlyMemory<byte>>> MakeAsync(
        ServerName origin, RoomId roomId, UserId userId, string membership, IReadOnlyCollection<string>? versions, CancellationToken cancellationToken)
    {
        if (userId.Server != origin)
            return MatrixError.Forbidden("The user is not of your server.");
        if (!(await OpenAsync(origin, roomId, cancellationToken)).TryGet(out var room, out var error))
            return error;

        var current = room.Current;
        if (versions is not null && !versions.Contains(current.Version))
        {
            return MatrixError.Of(400, "M_INCOMPATIBLE_ROOM_VERSION", $"The room has version {current.Version}, which your server does not know.") with
            {
                Detail = ("room_version", current.Version),
            };
        }

        UserId? voucher = null;
        if (membership == "join")
        {
            if (!(await restricted.FindVoucherAsync(current, current.MembershipOf(userId), userId, identity.Name, cancellationToken)).TryGet(out voucher, out error))
                return error;
        }

        var proposal = new EventProposal("m.room.member", userId, Content(membership, voucher)) { StateKey = userId.Value };
        return templates.Make(current, proposal).TryGet(out var template, out error) ? Write(current.Version, template) : error;
    }

    /// <summary>Takes a signed member event of another server's user into the room.</summary>
    /// <param name="origin">Who sends it.</param>
    /// <param name="roomId">The room.</param>
    /// <param name="eventId">The ID that its sender gives it.</param>
    /// <param name="json">The event.</param>
    /// <param name="membership">What it must be about.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<Result<TakenMembership>> TakeAsync(
        ServerName origin, RoomId roomId, string eventId, ReadOnlyMemory<byte> json, string membership, CancellationToken cancellationToken)
    {
        if (!(await OpenAsync(origin, roomId, cancellationToken)).TryGet(out var room, out var error))
            return error;
        if (!Sign(room.Current.Version, json).TryGet(out var signed, out error))
            return error;

        var verified = (await verifier.VerifyAsync(room.Current.Version, roomId, [signed], IncomingKind.Timeline, cancellationToken))[0];
        if (verified.Event is not { } incoming || verified.Verdict != ReceivedVerdict.Accepted)
            return MatrixError.Forbidden($"The event cannot be taken: {(verified.Reason.Length > 0 ? verified.Reason : "its hash is wrong")}.");

        var member = incoming.Event;
        if (member.EventId.Value != eventId)
            return MatrixError.InvalidParam("The ID in the path is not that of the event.");
        if (member.Type != "m.room.member" || member.StateKey != member.Sender.Value || member.Sender.Server != origin || member.Membership != membership)
            return MatrixError.InvalidParam($"The event is not a member event in which a user of your server takes the membership '{membership}'.");

        // Refused before it is stored: what is stored once is known when it comes again.
        var reviewed = await reviews.ReviewAsync(room.Current, incoming, cancellationToken);
        return reviewed.PolicyRefusal is { } refusal ? MatrixError.Forbidden(refusal) : await ReceiveAsync(origin, room, reviewed, cancellationToken);
    }

    async ValueTask<Result<TakenMembership>> ReceiveAsync(ServerName origin, Room room, IncomingEvent incoming, CancellationToken cancellationToken)
    {
        // The template was of this room, but between the two requests its graph may have been purged, or another server asked.
        var complete = await ancestry.CompleteAsync(origin, room.Current, [incoming], cancellationToken);
        if (!(await reviews.ReceiveAsync(room, complete, cancellationToken)).TryGet(out var receipts, out var error))
            return error;

        var receipt = receipts.First(receipt => receipt.EventId == incoming.Event.EventId);
        return receipt.Outcome is ReceiptOutcome.Accepted or ReceiptOutcome.Known
            ? new TakenMembership(room, incoming.Event)
            : MatrixError.Forbidden(receipt.Reason ?? "The room does not allow this.");
    }

    // This server passes the event on to the others in the room, and its signature says so. A join that one of its users vouches for needs it anyway.
    Result<ReadOnlyMemory<byte>> Sign(string version, ReadOnlyMemory<byte> json)
    {
        try
        {
            return (ReadOnlyMemory<byte>)EventCodec.Sign(version, json.Span, identity.Name.Value, identity.Key).Json;
        }
        catch (NativeException exception)
        {
            return MatrixError.BadJson($"This is no event of the room: {exception.Message}");
        }
    }

    static ReadOnlyMemory<byte> Content(string membership, UserId? voucher)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("membership"u8, membership);
            if (voucher is { } user)
                writer.WriteString("join_authorised_via_users_server"u8, user.Value);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    static ReadOnlyMemory<byte> Write(string version, ReadOnlyMemory<byte> template)
    {
        var buffer = new ArrayBufferWriter<byte>(template.Length + 64);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("room_version"u8, version);
            writer.WritePropertyName("event"u8);
            writer.WriteRawValue(template.Span, skipInputValidation: true);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}

/// <summary>A membership that was taken: the room, and the event as the room has it.</summary>
public sealed record TakenMembership(Room Room, StoredEvent Member);
