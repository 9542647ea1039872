using Hybrid.Primitives;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.State;

namespace Hybrid.Rooms.Directory;

/// <summary>Who may know what a room is about without being in it (specification, "Querying room summaries", "Spaces").</summary>
public sealed class RoomPreviews(RoomRegistry rooms, RestrictedJoins restricted)
{
    /// <summary>Members, those who could join or knock, and everyone where the world may read. <paramref name="userId"/> is null for people without an account.</summary>
    public async ValueTask<bool> MayKnowAsync(RoomSnapshot room, UserId? userId, CancellationToken cancellationToken)
    {
        var membership = userId is { } one ? room.MembershipOf(one) : null;
        if (membership is "join" or "invite" or "knock" || room.HistoryVisibility == HistoryVisibility.WorldReadable)
            return true;
        if (membership == "ban")
            return false;

        return room.JoinRule switch
        {
            "public" or "knock" or "knock_restricted" => true,
            "restricted" => userId is { } user && await restricted.IsAllowedAsync(room, user, cancellationToken),
            _ => false,
        };
    }

    /// <summary>The same for a room that another server told of. It told this server, not the user: of a restricted room, only those who may join learn.</summary>
    /// <param name="told">What the other server said.</param>
    /// <param name="known">What is known of the room here, such as an invitation; null for nothing.</param>
    /// <param name="userId">Who wants to know; null for people without an account.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async ValueTask<bool> MayKnowAsync(RoomSummary told, RoomSnapshot? known, UserId? userId, CancellationToken cancellationToken)
    {
        if (told.WorldReadable || told.JoinRule is "public" or "knock" or "knock_restricted")
            return true;
        if (userId is not { } user)
            return false;
        if (known?.MembershipOf(user) is "join" or "invite" or "knock")
            return true;

        return told.JoinRule == "restricted" && await restricted.IsInAnyAsync(told.AllowedRooms, user, cancellationToken);
    }

    /// <summary>
    /// Whether another server may know: one that is in the room or invited, one whose users could join or knock, and everyone where the world may read.
    /// </summary>
    public async ValueTask<bool> MayKnowAsync(RoomSnapshot room, ServerName server, CancellationToken cancellationToken)
    {
        if (room.HistoryVisibility == HistoryVisibility.WorldReadable || room.JoinRule is "public" or "knock" or "knock_restricted")
            return true;
        if (room.HasMemberOf(server) || room.Invited.Any(invited => invited.Server == server))
            return true;

        foreach (var allowed in RestrictedJoins.AllowedRooms(room))
        {
            if (await rooms.FindAsync(allowed, cancellationToken) is { } other && other.Current.HasMemberOf(server))
                return true;
        }

        return false;
    }
}
