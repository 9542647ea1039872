using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Directory;

/// <summary>How a space is walked.</summary>
/// <param name="MaxDepth">How many steps from the space a room may be.</param>
/// <param name="SuggestedOnly">Only children that their space suggests.</param>
public sealed record SpaceWalk(int MaxDepth, bool SuggestedOnly);

/// <summary>A room of a space: what it shows of itself, and its <c>m.space.child</c> events when it is a space too, in their order.</summary>
public sealed record SpaceRoom(RoomSummary Summary, IReadOnlyList<StoredEvent> Children);

/// <summary>A page of a space; <paramref name="HasMore"/> tells whether there are rooms after it.</summary>
public sealed record SpacePage(IReadOnlyList<SpaceRoom> Rooms, bool HasMore);

/// <summary>The rooms of spaces that a user may know of, depth first (specification, "Spaces").</summary>
public sealed class SpaceHierarchy(RoomRegistry rooms, RoomPreviews previews)
{
    /// <summary>
    /// The rooms of the space after the first <paramref name="skip"/>, the space itself being the first of all. <c>M_FORBIDDEN</c> for a
    /// space that the user may not know of.
    /// </summary>
    public async ValueTask<Result<SpacePage>> ReadAsync(
        RoomId space, UserId userId, SpaceWalk walk, int skip, int limit, CancellationToken cancellationToken)
    {
        if (await FindAsync(space, userId, cancellationToken) is null)
            return MatrixError.Forbidden("There is no such space, or you may not look into it.");

        var page = new List<SpaceRoom>();
        var seen = new HashSet<RoomId>();
        var waiting = new Stack<(RoomId RoomId, int Depth)>();
        waiting.Push((space, 0));
        while (waiting.TryPop(out var next))
        {
            // A room in several spaces is shown once, and spaces may well contain each other.
            if (!seen.Add(next.RoomId) || await FindAsync(next.RoomId, userId, cancellationToken) is not { } room)
                continue;

            var children = SpaceChild.Of(room, walk.SuggestedOnly);
            if (skip > 0)
                skip--;
            else if (page.Count == limit)
                return new SpacePage(page, HasMore: true);
            else
                page.Add(new SpaceRoom(RoomSummary.Of(room), [.. children.Select(static child => child.Event)]));

            if (next.Depth < walk.MaxDepth)
            {
                foreach (var child in Enumerable.Reverse(children))
                    waiting.Push((child.RoomId, next.Depth + 1));
            }
        }

        return new SpacePage(page, HasMore: false);
    }

    async ValueTask<RoomSnapshot?> FindAsync(RoomId roomId, UserId userId, CancellationToken cancellationToken) =>
        await rooms.FindAsync(roomId, cancellationToken) is { } room && await previews.MayKnowAsync(room.Current, userId, cancellationToken)
            ? room.Current
            : null;
}
