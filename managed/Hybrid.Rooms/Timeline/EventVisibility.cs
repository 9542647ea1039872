using Hybrid.Primitives;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Timeline;

/// <summary>Which events a user may read (specification, "Room history visibility"), and which of them only redacted.</summary>
public sealed class EventVisibility(RoomStates states, IMembershipStore memberships, MembershipIndex index, IErasedUsers? erasedUsers = null)
{
    /// <summary>
    /// Those of <paramref name="events"/>, all of this room, that the user may see, in the same order; those of erased users as
    /// other objects, redacted, for who came after the erasure. Looks at the room's visibility and the user's membership in the state at
    /// each event, and at nothing for a member who has been there throughout.
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

    /// <summary>
    /// Whether an event goes with its erased sender. What a room is, its members decide together: of state, only what erased users said of themselves goes.
    /// </summary>
    public static bool IsErased(StoredEvent stored, IReadOnlyDictionary<UserId, long> erased) =>
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

        var history = membership is null ? [] : await memberships.ReadMembershipHistoryAsync(userId, room.RoomId, cancellationToken);
        var viewer = new Viewer(userId, new MembershipTrack(history));
        var rows = await states.FindAsync(room.Room, events.Select(static stored => stored.StateBefore), viewer.Keys, cancellationToken);
        return [.. events.Where(stored => viewer.CanSee(stored, rows[stored.StateBefore]))];
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

    // What was before a setting that came with a join is not known.
    static bool IsAlwaysShared(RoomSnapshot room) =>
        room.Find("m.room.history_visibility") is not { } set
        || (set is { ReplacesState: null, IsInTimeline: true } && RoomSnapshot.ParseVisibility(set) is HistoryVisibility.Shared or HistoryVisibility.WorldReadable);

    /// <summary>The rules of the specification for one user.</summary>
    sealed class Viewer(UserId userId, MembershipTrack track)
    {
        readonly long _lastJoin = track.LastJoin();

        /// <summary>What of the state decides.</summary>
        public StateKey[] Keys { get; } = [new("m.room.history_visibility", ""), new("m.room.member", userId.Value)];

        /// <summary>Whether the user may see an event, given what <see cref="Keys"/> had just before it.</summary>
        public bool CanSee(StoredEvent stored, StoredEvent?[] before)
        {
            // Every membership change of one's own is one's business: invitations and bans arrive by other ways too.
            if (stored.Type == "m.room.member" && stored.StateKey == userId.Value)
                return true;

            // A change of visibility is seen by those whom either side of it lets see.
            var member = before[1]?.Membership ?? "leave";
            return Allows(RoomSnapshot.ParseVisibility(before[0]), member, stored.Position)
                || (stored is { Type: "m.room.history_visibility", StateKey: "" } && Allows(RoomSnapshot.ParseVisibility(stored), member, stored.Position));
        }

        // What other servers said before the join can come after it: then the log has it where the user was there, and its own state has not.
        bool Allows(HistoryVisibility setting, string member, long position) =>
            setting == HistoryVisibility.WorldReadable
            || member == "join"
            || (setting == HistoryVisibility.Shared && (_lastJoin > position || track.At(position) == "join"))
            || (setting == HistoryVisibility.Invited && member == "invite");
    }
}
