using System.Runtime.CompilerServices;
using Hybrid.Primitives;

namespace Hybrid.Storage.Rooms;

/// <summary>Goes through every room, a page at a time.</summary>
public static class RoomListing
{
    const int RoomsPerPage = 500;

    /// <summary>The rooms that are not deleted, in the order of their IDs.</summary>
    public static async IAsyncEnumerable<RoomId> ReadAllRoomIdsAsync(this IRoomStore store, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RoomId? last = null;
        while (await store.ReadRoomIdsAsync(last, RoomsPerPage, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var roomId in page)
                yield return roomId;
            last = page[^1];
        }
    }
}
