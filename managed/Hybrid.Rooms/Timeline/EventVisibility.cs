using Hybrid.Primitives;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Timeline;

/// <summary>Which events a user may read (specification, "Room history visibility"), and which of them only redacted.</summary>
public sealed class EventVisibility(IRoomStore store, IMembershipStore memberships, MembershipIndex index, IErasedUsers? erasedUsers = null)
{
    /// <summary>
    /// Those of <paramref name="events"/>, all of this room, that the user may see, in the same order; those of erased users as
    /// other objects, redacted, for who came after the erasure. Reads the histories of the room's visibility and the user's membership
    /// at most once each, and not at all for a member who has been there throughout.
    /// </summary>
    public async ValueTask<IReadOnlyList<StoredEvent>> FilterAsync(
        RoomSnapshot room, IReadOnlyList<StoredEvent> events, UserId userId, CancellationToken cancellationToken)
    {
        var visible = await FilterVisibleAsync(room, events, userId, cancellationToken);
        var erased = erasedUsers is null ? null : await erasedUsers.ReadAsync(cancellationToken);
        return erased is null or { Count: 0 } || !visible.Any(stored => IsErased(stored, erased))
            ? visible
            : await PruneAsync(room, visible, userId, erased, cancellationToken);
    }

    /// <summary>The event as the user may see it, or null.</summary>
    public async ValueTask<StoredEvent?> FindAsync(RoomSnapshot room, StoredEvent stored, UserId userId, CancellationToken cancellationToken) =>
        (await FilterAsync(room, [stored], userId, cancellationToken)).SingleOrDefault();

    /// <summary>Whether the user may see one event of this room.</summary>
    public async ValueTask<bool> CanSeeAsync(RoomSnapshot room, StoredEvent stored, UserId userId, CancellationToken cancellationToken) =>
        (await FilterVisibleAsync(room, [stored], userId, cancellationToken)).Count == 1;

    // What a room is, its members decide together: of state, only what erased users said of themselves goes.
    static bool IsErased(StoredEvent stored, IReadOnlyDictionary<UserId, long> erased) =>
        (!stored.IsState || stored.Type == "m.room.member") && erased.ContainsKey(stored.Sender);

    async ValueTask<IReadOnlyList<StoredEvent>> PruneAsync(
        RoomSnapshot room, IReadOnlyList<StoredEvent> events, UserId userId, IReadOnlyDictionary<UserId, long> erased, CancellationToken cancellationToken)
    {
        var history = await memberships.ReadMembershipHistoryAsync(userId, room.RoomId, cancellationToken);
        var firstJoin = history.FirstOrDefault(static change => change.Membership == "join")?.Position ?? long.MaxValue;
        return [.. events.Select(stored => IsErased(stored, erased) && firstJoin > erased[stored.Sender] ? stored.Pruned(room.Version) : stored)];
    }

    async ValueTask<IReadOnlyList<StoredEvent>> FilterVisibleAsync(
        RoomSnapshot room, IReadOnlyList<StoredEvent> events, UserId userId, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
            return events;

        var membership = (await index.OfAsync(userId, cancellationToken)).GetValueOrDefault(room.RoomId);
        if (SeesAll(room, events, membership))
            return events;

        var changes = await store.ReadStateHistoryAsync(room.RoomId, "m.room.history_visibility", "", cancellationToken);
        var history = membership is null ? [] : await memberships.ReadMembershipHistoryAsync(userId, room.RoomId, cancellationToken);
        var view = new ViewerHistory(userId, VisibilityTrack.Of(changes), new MembershipTrack(history));
        return [.. events.Where(view.CanSee)];
    }

    // A member sees everything from the join on, and everything before it where history was never anything but shared.
    static bool SeesAll(RoomSnapshot room, IReadOnlyList<StoredEvent> events, MembershipRecord? membership)
    {
        if (membership is not { Membership: "join", Position: var since })
            return false;

        var alwaysShared = IsAlwaysShared(room);
        foreach (var stored in events)
        {
            if (stored.Position < since && (!alwaysShared || stored.Position > room.LatestPosition))
                return false;
        }

        return true;
    }

    static bool IsAlwaysShared(RoomSnapshot room) =>
        room.Find("m.room.history_visibility") is not { } set
        || (set.ReplacesState is null && RoomSnapshot.ParseVisibility(set) is HistoryVisibility.Shared or HistoryVisibility.WorldReadable);

    /// <summary>The rules of the specification for one user, over both histories.</summary>
    sealed class ViewerHistory(UserId userId, VisibilityTrack visibility, MembershipTrack membership)
    {
        readonly long _lastJoin = membership.LastJoin();

        public bool CanSee(StoredEvent stored)
        {
            // Every membership change of one's own is one's business: invitations and bans arrive by other ways too.
            if (stored.Type == "m.room.member" && stored.StateKey == userId.Value)
                return true;

            // A change of visibility is seen by those whom either side of it lets see.
            var position = stored.Position;
            var member = membership.At(position - 1);
            return Allows(visibility.At(position - 1), member, position)
                || (stored is { Type: "m.room.history_visibility", StateKey: "" } && Allows(visibility.At(position), member, position));
        }

        bool Allows(HistoryVisibility setting, string member, long position) =>
            setting == HistoryVisibility.WorldReadable
            || member == "join"
            || (setting == HistoryVisibility.Shared && _lastJoin > position)
            || (setting == HistoryVisibility.Invited && member == "invite");
    }

    /// <summary>The room's visibility over the log; shared before anything was set.</summary>
    readonly struct VisibilityTrack(IReadOnlyList<(long Position, HistoryVisibility Setting)> changes)
    {
        public static VisibilityTrack Of(IReadOnlyList<StateChange> changes) =>
            new([.. changes.Select(static change => (change.Position, RoomSnapshot.ParseVisibility(change.Event)))]);

        public HistoryVisibility At(long position)
        {
            for (var i = changes.Count - 1; i >= 0; i--)
            {
                if (changes[i].Position <= position)
                    return changes[i].Setting;
            }

            return HistoryVisibility.Shared;
        }
    }
}
