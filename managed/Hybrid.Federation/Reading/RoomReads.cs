using Hybrid.Federation.Inbound;
using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Federation.Reading;

/// <summary>An event that another server may ask about, in its room.</summary>
public sealed record ReadableEvent(RoomSnapshot Room, StoredEvent Event);

/// <summary>
/// Lets other servers look into rooms: those that have a user in the room now, and that the room's list does not keep out (server-server API,
/// "Retrieving events", "Server Access Control Lists (ACLs)").
/// </summary>
public sealed class RoomReads(RoomRegistry rooms, IRoomStore store)
{
    /// <summary>
    /// The room as the server may read it; <c>M_FORBIDDEN</c>, also for a room that is not known: who is in none learns nothing. A room that the users of
    /// this server have left stays readable, as others may lack what they said in it.
    /// </summary>
    public async ValueTask<Result<RoomSnapshot>> OpenAsync(ServerName server, RoomId roomId, CancellationToken cancellationToken)
    {
        if (await rooms.FindAsync(roomId, cancellationToken) is not { Current: var room } || !room.HasMemberOf(server))
            return MatrixError.Forbidden("Your server is not in the room.");

        return ServerAcl.Allows(room, server) ? room : MatrixError.Forbidden("The room does not let your server take part.");
    }

    /// <summary>An event, whatever its checks made of it, in a room that the server may read; <c>M_NOT_FOUND</c> for one that is not stored.</summary>
    public async ValueTask<Result<ReadableEvent>> FindAsync(ServerName server, EventId eventId, CancellationToken cancellationToken)
    {
        if ((await store.FindKnownAsync([eventId], cancellationToken)) is not [var found])
            return NoSuchEvent();

        return (await OpenAsync(server, found.RoomId, cancellationToken)).TryGet(out var room, out var error) ? new ReadableEvent(room, found) : error;
    }

    /// <summary>An event of a room that is open, if its checks did not reject it.</summary>
    public async ValueTask<Result<ReadableEvent>> FindAsync(RoomSnapshot room, EventId eventId, CancellationToken cancellationToken)
    {
        var found = await store.FindKnownAsync([eventId], cancellationToken);
        return found is [{ Standing: not EventStanding.Rejected } stored] && stored.RoomId == room.RoomId ? new ReadableEvent(room, stored) : NoSuchEvent();
    }

    static MatrixError NoSuchEvent() => MatrixError.NotFound("This server does not have the event.");
}
