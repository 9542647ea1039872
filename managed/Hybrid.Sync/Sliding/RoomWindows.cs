using System.Collections.Frozen;
using System.Collections.Immutable;
using Hybrid.Accounts.AccountData;
using Hybrid.Primitives;
using Hybrid.Rooms.Policies;
using Hybrid.Storage.Rooms;

namespace Hybrid.Sync.Sliding;

/// <summary>A room in a list: where it stands there, by activity.</summary>
readonly record struct ListedRoom(MembershipRecord Membership, long Activity)
{
    /// <summary>The latest first.</summary>
    public static IComparer<ListedRoom> Order { get; } = Comparer<ListedRoom>.Create(static (left, right) => right.Activity != left.Activity
        ? right.Activity.CompareTo(left.Activity)
        : string.CompareOrdinal(left.Membership.RoomId.Value, right.Membership.RoomId.Value));
}

/// <summary>A list as it stands.</summary>
/// <param name="Listed">The rooms that pass its filter, in order. Never changed in place: windows share it.</param>
/// <param name="Rooms">Those in its ranges.</param>
sealed record RoomWindow(List<ListedRoom> Listed, IReadOnlySet<RoomId> Rooms)
{
    /// <summary>A list with the rooms that its ranges show; null shows all.</summary>
    public static RoomWindow Of(List<ListedRoom> listed, IReadOnlyList<(long First, long Last)>? ranges)
    {
        var rooms = new HashSet<RoomId>();
        for (var i = 0; i < listed.Count; i++)
        {
            if (ranges is null || ranges.Any(range => range.First <= i && i <= range.Last))
                rooms.Add(listed[i].Membership.RoomId);
        }

        return new RoomWindow(listed, rooms);
    }
}

/// <summary>
/// What a request shows: the windows of its lists and the rooms it subscribes to. Kept with the connection, so that a request in
/// whose rooms nothing happened since need not look at any of them.
/// </summary>
/// <param name="Lists">The lists by key.</param>
/// <param name="Subscribed">The rooms subscribed to that the user may see.</param>
/// <param name="Rooms">All rooms shown, with what is wanted of each.</param>
/// <param name="Direct">The user's direct chats.</param>
sealed record RoomWindows(
    IReadOnlyDictionary<string, RoomWindow> Lists, IReadOnlyDictionary<RoomId, RoomTerms> Subscribed, IReadOnlyDictionary<RoomId, RoomTerms> Rooms,
    FrozenSet<RoomId> Direct)
{
    /// <summary>The windows of a request; what two of them want of a room comes together.</summary>
    public static RoomWindows Of(
        SlidingRequest request, IReadOnlyDictionary<string, RoomWindow> lists, IReadOnlyDictionary<RoomId, RoomTerms> subscribed, FrozenSet<RoomId> direct)
    {
        var shown = new Dictionary<RoomId, RoomTerms>();
        foreach (var (key, window) in lists)
        {
            foreach (var roomId in window.Rooms)
                Add(roomId, request.Lists[key].Terms);
        }

        foreach (var (roomId, terms) in subscribed)
            Add(roomId, terms);
        return new RoomWindows(lists, subscribed, shown, direct);

        void Add(RoomId roomId, RoomTerms terms) => shown[roomId] = shown.TryGetValue(roomId, out var known) ? known.With(terms) : terms;
    }

    /// <summary>Where the windows stand; see <see cref="StillHolds"/>.</summary>
    public WindowsBasis Basis { get; init; }

    /// <summary>Whether the same request would show the same rooms, all of them sent.</summary>
    public bool StillHolds(in WindowsBasis now) => Basis == now;

    /// <summary>Whether an extension is wanted for a room: it is shown, and the extension asks for it or for a list that it is in.</summary>
    public bool IsFor(ExtensionRooms wanted, RoomId roomId) =>
        Rooms.ContainsKey(roomId)
        && (wanted.Rooms.Contains("*") || wanted.Rooms.Contains(roomId.Value)
            || Lists.Any(list => (wanted.Lists.Contains("*") || wanted.Lists.Contains(list.Key)) && list.Value.Rooms.Contains(roomId)));
}

/// <summary>All that windows depend on beside what happens in rooms.</summary>
readonly record struct WindowsBasis(
    string Fingerprint, long State, long Events, ImmutableDictionary<RoomId, MembershipRecord>? Memberships, IgnoredSet? Ignored, InviteRules? Invites);
