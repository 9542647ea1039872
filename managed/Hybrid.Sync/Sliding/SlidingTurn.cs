using Hybrid.Primitives;
using Hybrid.Storage.AccountData;

namespace Hybrid.Sync.Sliding;

/// <summary>One look at what is new for a sliding sync.</summary>
/// <param name="request">What is asked for.</param>
/// <param name="sync">What changed in every stream.</param>
/// <param name="connection">What the client has.</param>
/// <param name="windows">What the request shows.</param>
/// <param name="lookAt">Where all that is shown was sent, the rooms in which something happened since; null: every room shown is to be looked at.</param>
sealed class SlidingTurn(SlidingRequest request, SyncTurn sync, ConnectionTurn connection, RoomWindows windows, IReadOnlySet<RoomId>? lookAt)
{
    public SlidingRequest Request => request;

    public SyncTurn Sync => sync;

    public ConnectionTurn Connection => connection;

    public RoomWindows Windows => windows;

    /// <summary>The rooms shown that may have something to say.</summary>
    public IEnumerable<KeyValuePair<RoomId, RoomTerms>> RoomsToLookAt =>
        lookAt is null ? windows.Rooms : lookAt.Where(windows.Rooms.ContainsKey).Select(roomId => KeyValuePair.Create(roomId, windows.Rooms[roomId]));

    /// <summary>Rooms in the answer.</summary>
    public Dictionary<RoomId, SlidingRoomResult> Results { get; } = [];

    /// <summary>All account data of the user, once it was needed.</summary>
    public ILookup<RoomId, AccountDataRecord>? AllAccountData { get; set; }

    /// <summary>
    /// Rooms that are looked at for an extension: all that it is wanted for, or where what is shown was sent, those in which something happened and those of
    /// <paramref name="changed"/>.
    /// </summary>
    public IEnumerable<RoomId> RoomsFor(ExtensionRooms wanted, IEnumerable<RoomId> changed) =>
        (lookAt is null ? windows.Rooms.Keys : lookAt.Union(changed)).Where(roomId => windows.IsFor(wanted, roomId));

    /// <summary>Whether the user is in the room: who types and has read there is for members.</summary>
    public bool IsJoined(RoomId roomId) => sync.Memberships.GetValueOrDefault(roomId)?.Membership == "join";

    /// <summary>Whether the room's receipts and the like are sent from the start: it is new to the client, or shows more of its past.</summary>
    public bool StartsAnew(RoomId roomId) => Results.TryGetValue(roomId, out var result) && (result.IsInitial || result.IsExpanded);
}
