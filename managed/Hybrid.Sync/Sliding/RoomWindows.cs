using System.Collections.Frozen;
using System.Collections.Immutable;
using Hybrid.Accounts.AccountData;
using Hybrid.Primitives;
using Hybrid.Rooms.Policies;
using Hybrid.Storage.Rooms;

namespace Hybrid.Sync.Sliding;

/// <summary>A list as it stands.</summary>
/// <param name="Count">How many rooms pass its filter.</param>
/// <param name="Rooms">Those in its ranges.</param>
sealed record RoomWindow(int Count, IReadOnlySet<RoomId> Rooms);

/// <summary>
/// What a request shows: the windows of its lists and the rooms it subscribes to. Kept with the connection, so that a request in
/// whose rooms nothing happened since need not look at any of them.
/// </summary>
sealed record RoomWindows(IReadOnlyDictionary<string, RoomWindow> Lists, IReadOnlyDictionary<RoomId, RoomTerms> Rooms, FrozenSet<RoomId> Direct)
{
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
