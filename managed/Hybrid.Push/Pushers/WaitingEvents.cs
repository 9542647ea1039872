using Hybrid.Primitives;
using Hybrid.Push.Unread;
using Hybrid.Rooms;
using Hybrid.Rooms.State;
using Hybrid.Storage.Push;
using Hybrid.Storage.Rooms;

namespace Hybrid.Push.Pushers;

/// <summary>An event that is worth telling its user of, and what the user's rules make of it.</summary>
sealed record WaitingEvent(StoredEvent Event, RoomSnapshot Room, PushActions Actions);

/// <summary>Looks at a queued event once more when its turn comes: it may have been read, redacted or silenced since.</summary>
sealed class WaitingEvents(RoomRegistry rooms, IRoomStore log, IUnreadEvents unread, PushActionReader actions)
{
    public async ValueTask<WaitingEvent?> FindAsync(UserId userId, QueuedPush push, CancellationToken cancellationToken)
    {
        if (await log.FindEventAsync(push.EventId, cancellationToken) is not { RedactedBy: null } stored
            || await rooms.FindAsync(push.RoomId, cancellationToken) is not { Current: var room }
            || !await IsWaitedForAsync(userId, stored, room, cancellationToken))
        {
            return null;
        }

        var own = await actions.OfAsync(userId, stored, room, cancellationToken);
        return own.Notify ? new WaitingEvent(stored, room, own) : null;
    }

    async ValueTask<bool> IsWaitedForAsync(UserId userId, StoredEvent stored, RoomSnapshot room, CancellationToken cancellationToken)
    {
        if (room.MembershipOf(userId) != "join")
            return stored is { Type: "m.room.member", Membership: "invite" } && stored.StateKey == userId.Value && room.MembershipOf(userId) == "invite";

        return await unread.FindAsync(stored.RoomId, stored.Position, cancellationToken) is { } counted
            && !await unread.IsReadAsync(userId, stored.RoomId, counted, cancellationToken);
    }
}
