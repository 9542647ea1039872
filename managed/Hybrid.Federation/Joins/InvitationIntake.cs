using System.Text.Json;
using Hybrid.Federation.Events;
using Hybrid.Federation.Inbound;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Receiving;
using Hybrid.Storage.Rooms;

namespace Hybrid.Federation.Joins;

/// <summary>An invitation as another server sends it.</summary>
/// <param name="Version">The room version.</param>
/// <param name="Event">The member event.</param>
/// <param name="StrippedState">What it shows of the room.</param>
public sealed record Invitation(string Version, ReadOnlyMemory<byte> Event, IReadOnlyList<JsonElement> StrippedState);

/// <summary>Takes invitations of users of this server by those of others, and signs them (server-server API, "Inviting to a room").</summary>
public sealed class InvitationIntake(
    RoomRegistry rooms, EventVerifier verifier, MembershipChanges memberships, ILocalUsers users, IBlockedRoomStore blocked, ServerIdentity identity)
{
    /// <summary>The invitation with this server's signature; the user is shown it from then on.</summary>
    public async ValueTask<Result<ReadOnlyMemory<byte>>> TakeAsync(
        ServerName origin, RoomId roomId, string eventId, Invitation invitation, CancellationToken cancellationToken)
    {
        if (RoomVersions.Find(invitation.Version) is null)
        {
            return MatrixError.Of(400, "M_INCOMPATIBLE_ROOM_VERSION", $"This server does not know room version '{invitation.Version}'.") with
            {
                Detail = ("room_version", invitation.Version),
            };
        }

        var verified = (await verifier.VerifyAsync(invitation.Version, roomId, [invitation.Event], IncomingKind.Timeline, cancellationToken))[0];
        if (verified.Event is not { } incoming || verified.Verdict != ReceivedVerdict.Accepted)
            return MatrixError.Forbidden($"The event cannot be taken: {(verified.Reason.Length > 0 ? verified.Reason : "its hash is wrong")}.");
        if (await CheckAsync(origin, roomId, eventId, incoming, cancellationToken) is { } refused)
            return refused;

        var signed = EventCodec.Sign(invitation.Version, incoming.Event.Json.Span, identity.Name.Value, identity.Key);
        var member = IncomingEvent.Read(invitation.Version, roomId, incoming.Event.EventId, signed.Json, IncomingKind.Timeline)!;
        var record = new RoomRecord(roomId, invitation.Version, incoming.Event.Sender, IsPublic: false);

        // In a room that this server takes part in, the invitation comes like every other event once its sender has this signature.
        await rooms.SetOutOfBandAsync(record, new OutOfBandMembership(member, invitation.StrippedState), cancellationToken);
        return (ReadOnlyMemory<byte>)signed.Json;
    }

    async ValueTask<MatrixError?> CheckAsync(ServerName origin, RoomId roomId, string eventId, IncomingEvent incoming, CancellationToken cancellationToken)
    {
        var member = incoming.Event;
        if (member.EventId.Value != eventId)
            return MatrixError.InvalidParam("The ID in the path is not that of the event.");
        if (member.Type != "m.room.member" || member.Membership != "invite" || member.Sender.Server != origin)
            return MatrixError.InvalidParam("The event is no invitation by a user of your server.");
        if (!UserId.TryParse(member.StateKey, out var target) || target.Server != identity.Name)
            return MatrixError.InvalidParam("The invitation is not for a user of this server.");
        if (!await users.ExistsAsync(target, cancellationToken))
            return MatrixError.NotFound("There is no such user.");
        if (await blocked.FindBlockerAsync(roomId, cancellationToken) is not null)
            return MatrixError.Forbidden("The administrators of this server have blocked this room.");
        if (await rooms.FindAsync(roomId, cancellationToken) is { } room && room.Current.HasMemberOf(identity.Name) && !ServerAcl.Allows(room.Current, origin))
            return MatrixError.Forbidden("The room does not let your server take part.");

        return await memberships.CheckInvitationAsync(member.Sender, target, cancellationToken);
    }
}

/// <summary>Which users this server has.</summary>
public interface ILocalUsers
{
    /// <summary>Whether there is such an account, and it is active.</summary>
    ValueTask<bool> ExistsAsync(UserId userId, CancellationToken cancellationToken);
}
