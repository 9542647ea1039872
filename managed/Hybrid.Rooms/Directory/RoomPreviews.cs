using Hybrid.Primitives;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.State;

namespace Hybrid.Rooms.Directory;

/// <summary>Who may know what a room is about without being in it (specification, "Querying room summaries", "Spaces").</summary>
public sealed class RoomPreviews(RestrictedJoins restricted)
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
}
