using System.Collections.Frozen;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Storage.Rooms;

namespace Hybrid.Sync.Sliding;

/// <summary>
/// Moves rooms in which something happened to their new places in windows that hold otherwise, so that news in one room costs one room and not all
/// of the user's. What is not sure to be so simple is left to <see cref="RoomLists"/>.
/// </summary>
sealed class WindowMoves(RoomRegistry rooms, RoomActivity activity)
{
    // More than this at once are found as quickly by sorting everything.
    const int MaxRooms = 50;

    /// <summary>The windows with the turn's rooms in their new places: the same rooms are shown when it is the same dictionary. Null when that is not enough.</summary>
    public async ValueTask<RoomWindows?> TryAsync(SlidingRequest request, SyncTurn turn, RoomWindows windows, CancellationToken cancellationToken)
    {
        if (turn.ChangedRooms.Count == 0)
            return windows;

        // A membership of the range was not there when the windows were made; a space may have other children by now.
        if (turn.ChangedRooms.Count > MaxRooms
            || turn.ChangedRooms.Any(roomId => turn.Memberships[roomId].Position > turn.After.Events)
            || request.Lists.Values.Any(static list => list.Filter?.Spaces is not null))
        {
            return null;
        }

        var lists = new Dictionary<string, RoomWindow>(StringComparer.Ordinal);
        var isSame = true;
        foreach (var (key, list) in request.Lists)
        {
            if (!windows.Lists.TryGetValue(key, out var window) || await TryAsync(list, window, turn, windows.Direct, cancellationToken) is not { } moved)
                return null;

            isSame &= ReferenceEquals(moved.Rooms, window.Rooms);
            lists.Add(key, moved);
        }

        return isSame ? windows with { Lists = lists } : RoomWindows.Of(request, lists, windows.Subscribed, windows.Direct);
    }

    async ValueTask<RoomWindow?> TryAsync(SlidingList list, RoomWindow window, SyncTurn turn, FrozenSet<RoomId> direct, CancellationToken cancellationToken)
    {
        List<ListedRoom>? listed = null;
        var isSame = true;
        foreach (var roomId in turn.ChangedRooms)
        {
            var membership = turn.Memberships[roomId];
            var passes = list.Filter is not { NeedsState: true } filter
                || (await rooms.FindAsync(roomId, cancellationToken) is { } room && RoomLists.PassesState(filter, room.Current));
            var from = (listed ?? window.Listed).FindIndex(entry => entry.Membership.RoomId == roomId);
            if (from < 0)
            {
                // It was filtered out, or is none that is shown: only what depends on its state can be otherwise now.
                if (passes && list.Filter is { NeedsState: true } wanted && MayPass(wanted, membership, direct))
                    return null;
                continue;
            }

            if (!passes)
                return null;

            // What goes on in a room that the user is not in does not move it.
            if (membership.Membership != "join")
                continue;

            listed ??= [.. window.Listed];
            listed.RemoveAt(from);
            var entry = new ListedRoom(membership, activity.Of(roomId));
            var to = ~listed.BinarySearch(entry, ListedRoom.Order);
            listed.Insert(to, entry);
            isSame &= ShowsSame(list.Ranges, Math.Min(from, to), Math.Max(from, to));
        }

        return listed is null ? window : isSame ? window with { Listed = listed } : RoomWindow.Of(listed, list.Ranges);
    }

    static bool MayPass(RoomListFilter filter, MembershipRecord membership, FrozenSet<RoomId> direct) =>
        (filter.IsDirect is not { } isDirect || direct.Contains(membership.RoomId) == isDirect)
        && (filter.IsInvited is not { } isInvited || (membership.Membership == "invite") == isInvited);

    // Rooms that change places within a range, or outside of all, are the same rooms.
    static bool ShowsSame(IReadOnlyList<(long First, long Last)>? ranges, int first, int last) =>
        ranges is null || ranges.Any(range => range.First <= first && last <= range.Last) || !ranges.Any(range => range.First <= last && first <= range.Last);
}
