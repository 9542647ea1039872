using Hybrid.Primitives;
using Hybrid.Rooms.State;

namespace Hybrid.Rooms.Directory;

/// <summary>How a space is walked.</summary>
/// <param name="MaxDepth">How many steps from the space a room may be.</param>
/// <param name="SuggestedOnly">Only children that their space suggests.</param>
public sealed record SpaceWalk(int MaxDepth, bool SuggestedOnly);

/// <summary>A room of a space: what it shows of itself, and its children when it is a space too, in their order.</summary>
public sealed record SpaceRoom(RoomSummary Summary, IReadOnlyList<SpaceChild> Children)
{
    public static SpaceRoom Of(RoomSnapshot room, bool suggestedOnly) => new(RoomSummary.Of(room), SpaceChild.Of(room, suggestedOnly));
}

/// <summary>A page of a space; <paramref name="HasMore"/> tells whether there are rooms after it.</summary>
public sealed record SpacePage(IReadOnlyList<SpaceRoom> Rooms, bool HasMore);

/// <summary>
/// The rooms of spaces that a user may know of, depth first (specification, "Spaces"), and single rooms ("Querying room summaries"). Rooms that this
/// server is not in are looked up at servers that are.
/// </summary>
public sealed class SpaceHierarchy(RoomRegistry rooms, RoomPreviews previews, ServerIdentity identity, TimeProvider time, IRemoteSpaces? remote = null)
{
    // A page that takes longer ends early: the next one finds in memory what this one has learned.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The rooms of the space after the first <paramref name="skip"/>, the space itself being the first of all. <c>M_FORBIDDEN</c> for a
    /// space that the user may not know of.
    /// </summary>
    public async ValueTask<Result<SpacePage>> ReadAsync(
        RoomId space, UserId userId, SpaceWalk walk, int skip, int limit, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var page = new List<SpaceRoom>();
        var seen = new HashSet<RoomId>();
        var waiting = new Stack<Step>();
        waiting.Push(new Step(space, 0, NamedIn(space), null));
        while (waiting.TryPop(out var next))
        {
            // A room in several spaces is shown once, and spaces may well contain each other.
            if (!seen.Add(next.RoomId))
                continue;
            if (page.Count > 0 && time.GetElapsedTime(begun) > Patience)
                return new SpacePage(page, HasMore: true);

            var found = await LookAsync(next, userId, walk, cancellationToken);
            if (found is null && next.Depth == 0)
                return MatrixError.Forbidden("There is no such space, or you may not look into it.");
            if (found is not { Room: { } room })
                continue;

            if (skip > 0)
                skip--;
            else if (page.Count == limit)
                return new SpacePage(page, HasMore: true);
            else
                page.Add(room);

            if (next.Depth < walk.MaxDepth)
            {
                foreach (var child in Enumerable.Reverse(room.Children))
                    waiting.Push(new Step(child.RoomId, next.Depth + 1, child.Via, found.Children));
            }
        }

        return new SpacePage(page, HasMore: false);
    }

    /// <summary>
    /// One room as it shows itself to a user, or to someone without an account (null), with the user's membership as far as it is known here; null for a
    /// room that is not known, or does not show itself. Other servers are asked for users only.
    /// </summary>
    public async ValueTask<(RoomSummary Summary, string? Membership)?> FindAsync(
        RoomId roomId, UserId? userId, IReadOnlyList<ServerName> via, CancellationToken cancellationToken)
    {
        var room = (await rooms.FindAsync(roomId, cancellationToken))?.Current;
        var membership = room is not null && userId is { } one ? room.MembershipOf(one) : null;
        if (userId is not null && !IsHere(room) && await AskAsync(roomId, suggestedOnly: true, [.. via, .. NamedIn(roomId)], cancellationToken) is { } told)
            return await previews.MayKnowAsync(told.Room.Summary, room, userId, cancellationToken) ? (told.Room.Summary, membership) : null;

        return room is not null && await previews.MayKnowAsync(room, userId, cancellationToken) ? (RoomSummary.Of(room), membership) : null;
    }

    async ValueTask<RemoteSpace?> LookAsync(Step step, UserId userId, SpaceWalk walk, CancellationToken cancellationToken)
    {
        var room = (await rooms.FindAsync(step.RoomId, cancellationToken))?.Current;
        if (!IsHere(room) && await LookElsewhereAsync(step, walk, cancellationToken) is var (told, isKnown) && isKnown)
            return told is not null && await previews.MayKnowAsync(told.Room.Summary, room, userId, cancellationToken) ? told : null;

        return room is not null && await previews.MayKnowAsync(room, userId, cancellationToken)
            ? new RemoteSpace(SpaceRoom.Of(room, walk.SuggestedOnly), Nothing)
            : null;
    }

    // What the server of the space said is enough for a room whose own children are not shown.
    async ValueTask<(RemoteSpace? Room, bool IsKnown)> LookElsewhereAsync(Step step, SpaceWalk walk, CancellationToken cancellationToken)
    {
        if (step.Told is not null && step.Told.TryGetValue(step.RoomId, out var told))
        {
            if (told is null)
                return (null, true);
            if (told.RoomType != "m.space" || step.Depth >= walk.MaxDepth)
                return (new RemoteSpace(new SpaceRoom(told, []), Nothing), true);
        }

        var found = await AskAsync(step.RoomId, walk.SuggestedOnly, step.Via, cancellationToken);
        return (found, found is not null);
    }

    async ValueTask<RemoteSpace?> AskAsync(RoomId roomId, bool suggestedOnly, IReadOnlyList<ServerName> via, CancellationToken cancellationToken)
    {
        ServerName[] others = [.. via.Where(server => server != identity.Name).Distinct()];
        return remote is null || others.Length == 0 ? null : await remote.FindAsync(roomId, suggestedOnly, others, cancellationToken);
    }

    bool IsHere(RoomSnapshot? room) => room is not null && room.HasMemberOf(identity.Name);

    static IReadOnlyDictionary<RoomId, RoomSummary?> Nothing { get; } = new Dictionary<RoomId, RoomSummary?>();

    // Before room version 12 an ID names the server that made the room.
    static IReadOnlyList<ServerName> NamedIn(RoomId roomId) =>
        roomId.Value.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && ServerName.TryParse(roomId.Value[(colon + 1)..], out var server) ? [server] : [];

    /// <summary>A room to look at, the servers to ask, and what the server of its space said of the rooms in that.</summary>
    sealed record Step(RoomId RoomId, int Depth, IReadOnlyList<ServerName> Via, IReadOnlyDictionary<RoomId, RoomSummary?>? Told);
}
