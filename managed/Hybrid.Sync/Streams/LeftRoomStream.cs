using Hybrid.Rooms;
using Hybrid.Storage.Rooms;
using Hybrid.Sync.Timelines;

namespace Hybrid.Sync.Streams;

/// <summary>
/// Rooms that the user has left or was banned from since the token, and with <c>include_leave</c> those left before:
/// <c>rooms.leave</c>. They are shown up to the leave and no further; forgotten ones not at all.
/// </summary>
sealed class LeftRoomStream(RoomRegistry rooms, RoomMemberships memberships, RoomViewReader views, EventListWriter events, IRoomStore store) : ISyncStream
{
    public async ValueTask WriteAsync(SyncTurn turn, SyncBody body, CancellationToken cancellationToken)
    {
        if (turn.IsInitial && !turn.Filter.IncludeLeave)
            return;

        var archive = turn.Filter.IncludeLeave && (turn.IsInitial || turn.Request.FullState);
        foreach (var roomId in archive ? turn.Memberships.Keys : turn.ChangedRooms)
        {
            if (!turn.Filter.AllowsRoom(roomId) || !turn.Memberships.TryGetValue(roomId, out var current) || current.Forgotten)
                continue;
            if (await memberships.AtEndAsync(current, turn, cancellationToken) is { Membership: "leave" or "ban" } leave
                && (archive || leave.Position > turn.After.Events))
            {
                if (await rooms.FindAsync(roomId, cancellationToken) is { } room)
                    await WriteRoomAsync(room, leave, turn, body, cancellationToken);
                else if (!turn.IsInitial)
                    await WriteDeletedRoomAsync(leave, turn, body, cancellationToken);
                await body.SendPieceAsync();
            }
        }
    }

    async ValueTask WriteRoomAsync(Room room, MembershipRecord leave, SyncTurn turn, SyncBody body, CancellationToken cancellationToken)
    {
        var before = await memberships.AtStartAsync(leave, turn, cancellationToken);
        var view = await memberships.WasJoinedBeforeAsync(leave, cancellationToken)
            ? await ReadViewAsync(room, leave, before, turn, cancellationToken)
            : await ReadRefusalAsync(leave, turn, cancellationToken);
        var writer = body.OpenRoom(RoomSection.Leave, room.RoomId);
        await events.WriteAsync(writer, view, turn, cancellationToken);
        if (AccountDataStream.Of(room.RoomId, turn, turn.AccountData) is { Count: > 0 } data)
            AccountDataStream.Write(writer, data.Select(static entry => (entry.Type, entry.Content)));
        writer.WriteEndObject();
    }

    // Of a deleted room nothing can be shown but that it is no longer the user's.
    async ValueTask WriteDeletedRoomAsync(MembershipRecord leave, SyncTurn turn, SyncBody body, CancellationToken cancellationToken)
    {
        var writer = body.OpenRoom(RoomSection.Leave, leave.RoomId);
        await events.WriteAsync(writer, new RoomView(new RoomTimeline([], Limited: false, leave.Position - 1), [], null), turn, cancellationToken);
        writer.WriteEndObject();
    }

    ValueTask<RoomView> ReadViewAsync(Room room, MembershipRecord leave, MembershipRecord? before, SyncTurn turn, CancellationToken cancellationToken) =>
        views.ReadAsync(
            new RoomRange(room.Current, leave.Position)
            {
                After = before?.Membership == "join" ? turn.After.Events : null,
                FullState = turn.Request.FullState,
            },
            turn, cancellationToken);

    // Who was never in, as after a refused invitation, is shown their own leaving and nothing of the room. The state at the end has it, too.
    async ValueTask<RoomView> ReadRefusalAsync(MembershipRecord leave, SyncTurn turn, CancellationToken cancellationToken)
    {
        var shown = await store.FindKnownAsync([leave.EventId], cancellationToken);
        return new RoomView(new RoomTimeline(shown, Limited: false, leave.Position - 1), turn.Request.UseStateAfter ? shown : [], null);
    }
}
