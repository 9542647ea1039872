using Hybrid.Rooms;
using Hybrid.Rooms.State;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;

namespace Hybrid.Sync.Streams;

/// <summary>Rooms that the user is invited to or has knocked on: <c>rooms.invite</c> and <c>rooms.knock</c>, as stripped state.</summary>
abstract class PendingRoomStream(RoomRegistry rooms, RoomMemberships memberships, string membershipName, RoomSection section) : ISyncStream
{
    public async ValueTask WriteAsync(SyncTurn turn, SyncBody body, CancellationToken cancellationToken)
    {
        foreach (var roomId in turn.IsInitial || turn.Request.FullState ? turn.Memberships.Keys : turn.ChangedRooms)
        {
            if (!turn.Filter.AllowsRoom(roomId) || !turn.Memberships.TryGetValue(roomId, out var current))
                continue;
            if (await memberships.AtEndAsync(current, turn, cancellationToken) is not { } membership || !IsShown(membership, turn))
                continue;
            if (await rooms.FindAsync(roomId, cancellationToken) is not { } room)
                continue;

            Write(body, room.Current, membership);
            await body.SendPieceAsync();
        }
    }

    bool IsShown(MembershipRecord membership, SyncTurn turn) =>
        membership.Membership == membershipName
        && (turn.IsInitial || turn.Request.FullState || membership.Position > turn.After.Events)
        && turn.ShowsPending(membership);

    void Write(SyncBody body, RoomSnapshot room, MembershipRecord membership)
    {
        var writer = body.OpenRoom(section, room.RoomId);
        writer.WriteStartObject(membershipName + "_state");
        writer.WriteStartArray("events"u8);
        foreach (var state in StrippedState.Of(room, membership))
            ClientEventFormatter.WriteStripped(writer, state);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}

/// <summary>Rooms that the user is invited to: <c>rooms.invite</c>.</summary>
sealed class InvitedRoomStream(RoomRegistry rooms, RoomMemberships memberships) : PendingRoomStream(rooms, memberships, "invite", RoomSection.Invite);

/// <summary>Rooms that the user has knocked on: <c>rooms.knock</c>.</summary>
sealed class KnockedRoomStream(RoomRegistry rooms, RoomMemberships memberships) : PendingRoomStream(rooms, memberships, "knock", RoomSection.Knock);
