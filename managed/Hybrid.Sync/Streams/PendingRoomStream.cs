using Hybrid.Accounts.AccountData;
using Hybrid.Rooms;
using Hybrid.Rooms.State;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;

namespace Hybrid.Sync.Streams;

/// <summary>Rooms that the user is invited to or has knocked on: <c>rooms.invite</c> and <c>rooms.knock</c>, as stripped state.</summary>
abstract class PendingRoomStream(RoomRegistry rooms, RoomMemberships memberships, string membershipName, RoomSection section) : ISyncStream
{
    // What helps to decide about a room without being in it (specification, "Stripped state").
    static readonly string[] Shown =
    [
        "m.room.create", "m.room.name", "m.room.avatar", "m.room.topic", "m.room.join_rules", "m.room.canonical_alias", "m.room.encryption",
    ];

    public async ValueTask WriteAsync(SyncTurn turn, SyncBody body, CancellationToken cancellationToken)
    {
        if (await IsHiddenAsync(turn, cancellationToken))
            return;

        foreach (var roomId in turn.IsInitial || turn.Request.FullState ? turn.Memberships.Keys : turn.ChangedRooms)
        {
            if (!turn.Filter.AllowsRoom(roomId) || !turn.Memberships.TryGetValue(roomId, out var current))
                continue;
            if (await memberships.AtEndAsync(current, turn, cancellationToken) is not { } membership || !IsShown(membership, turn))
                continue;
            if (await rooms.FindAsync(roomId, cancellationToken) is { } room)
                Write(body, room.Current, membership);
        }
    }

    /// <summary>Whether the user wants to see none of these rooms.</summary>
    protected virtual ValueTask<bool> IsHiddenAsync(SyncTurn turn, CancellationToken cancellationToken) => new(false);

    bool IsShown(MembershipRecord membership, SyncTurn turn) =>
        membership.Membership == membershipName
        && (turn.IsInitial || turn.Request.FullState || membership.Position > turn.After.Events)
        && !turn.Ignored.Contains(membership.Sender) && !turn.Ignored.Contains(membership.RoomId);

    void Write(SyncBody body, RoomSnapshot room, MembershipRecord membership)
    {
        var writer = body.OpenRoom(section, room.RoomId);
        writer.WriteStartObject(membershipName + "_state");
        writer.WriteStartArray("events"u8);
        foreach (var type in Shown)
        {
            if (room.Find(type) is { } state)
                ClientEventFormatter.WriteStripped(writer, state);
        }

        if (membership.Sender != membership.UserId && room.Find("m.room.member", membership.Sender.Value) is { } sender)
            ClientEventFormatter.WriteStripped(writer, sender);
        if (room.Find("m.room.member", membership.UserId.Value) is { } own)
            ClientEventFormatter.WriteStripped(writer, own);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}

/// <summary>Rooms that the user is invited to: <c>rooms.invite</c>.</summary>
sealed class InvitedRoomStream(RoomRegistry rooms, RoomMemberships memberships, InvitePermissions permissions)
    : PendingRoomStream(rooms, memberships, "invite", RoomSection.Invite)
{
    protected override ValueTask<bool> IsHiddenAsync(SyncTurn turn, CancellationToken cancellationToken) => permissions.BlocksAsync(turn.UserId, cancellationToken);
}

/// <summary>Rooms that the user has knocked on: <c>rooms.knock</c>.</summary>
sealed class KnockedRoomStream(RoomRegistry rooms, RoomMemberships memberships) : PendingRoomStream(rooms, memberships, "knock", RoomSection.Knock);
