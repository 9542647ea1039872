using Hybrid.Primitives;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Timeline;

/// <summary>
/// Lets users look into rooms: members into the room as it is, those who left into the room as they left it, and everyone into
/// rooms that the world may read (specification, "Getting events for a room").
/// </summary>
public sealed class RoomReading(
    RoomRegistry rooms, RoomStates states, MembershipIndex index, IMembershipStore memberships, IRoomStore store)
{
    /// <summary>The user's view of the room; <c>M_FORBIDDEN</c> for rooms that the user was never in or has forgotten, and for unknown ones.</summary>
    public async ValueTask<Result<RoomView>> OpenAsync(RoomId roomId, UserId userId, CancellationToken cancellationToken)
    {
        if (await rooms.FindAsync(roomId, cancellationToken) is not { } room)
            return Refused(userId);

        var current = room.Current;
        var membership = (await index.OfAsync(userId, cancellationToken)).GetValueOrDefault(roomId);
        if (membership is { Membership: "join" } || current.HistoryVisibility == HistoryVisibility.WorldReadable)
            return new RoomView(current, userId, null);
        if (membership is null or { Forgotten: true })
            return Refused(userId);

        var history = await memberships.ReadMembershipHistoryAsync(userId, roomId, cancellationToken);
        return DepartureIn(history) is { } departure ? new RoomView(current, userId, departure) : Refused(userId);
    }

    /// <summary>As <see cref="OpenAsync"/>, once all members are known; 504 when that takes long.</summary>
    public async ValueTask<Result<RoomView>> OpenWithMembersAsync(RoomId roomId, UserId userId, CancellationToken cancellationToken)
    {
        var opened = await OpenAsync(roomId, userId, cancellationToken);
        if (opened.Error is not null || await rooms.FindAsync(roomId, cancellationToken) is not { } room || room.Current.Partial is null)
            return opened;

        return await room.AwaitWholeStateAsync(cancellationToken) is { } unfinished ? unfinished : await OpenAsync(roomId, userId, cancellationToken);
    }

    /// <summary>The whole state that the view shows.</summary>
    public async ValueTask<IEnumerable<StoredEvent>> StateAsync(RoomView view, CancellationToken cancellationToken) =>
        await StateAtAsync(view, long.MaxValue, cancellationToken);

    /// <summary>The state just after <paramref name="position"/>, or where the view ends when that is earlier.</summary>
    public async ValueTask<IEnumerable<StoredEvent>> StateAtAsync(RoomView view, long position, CancellationToken cancellationToken)
    {
        var end = Math.Min(position, view.Until ?? long.MaxValue);
        return end >= view.Room.LatestPosition
            ? view.Room.State.Values
            : await store.ReadStateAtAsync(view.Room.RoomId, end, cancellationToken);
    }

    /// <summary>The state just after an event of the room, which need not be the room's at that time: rooms fork.</summary>
    public ValueTask<IEnumerable<StoredEvent>> StateAfterAsync(RoomView view, StoredEvent stored, CancellationToken cancellationToken) =>
        states.ReadAfterAsync(view.Room, stored, cancellationToken);

    /// <summary>One entry of the state just after <paramref name="position"/>, or where the view ends when that is earlier.</summary>
    public async ValueTask<StoredEvent?> StateEntryAtAsync(
        RoomView view, string type, string stateKey, long position, CancellationToken cancellationToken)
    {
        var end = Math.Min(position, view.Until ?? long.MaxValue);
        var current = view.Room.Find(type, stateKey);
        // Without an earlier value, or with one that was set by then, the current one answers.
        return current is null || view.Room.SinceOf(current) <= end
            ? current
            : await store.ReadStateEntryAtAsync(view.Room.RoomId, type, stateKey, end, cancellationToken);
    }

    /// <summary>Entries of the state just before an event of the room, in the order of <paramref name="keys"/>; null where there is none.</summary>
    public async ValueTask<IReadOnlyList<StoredEvent?>> EntriesBeforeAsync(
        RoomView view, StoredEvent stored, IReadOnlyList<StateKey> keys, CancellationToken cancellationToken) =>
        (await states.FindAsync(view.Room.Room, [stored.StateBefore], keys, cancellationToken))[stored.StateBefore];

    // Where the last stay ended; null for users who never joined.
    static long? DepartureIn(IReadOnlyList<MembershipRecord> history)
    {
        long? departure = null;
        for (var i = 1; i < history.Count; i++)
        {
            if (history[i - 1].Membership == "join" && history[i].Membership != "join")
                departure = history[i].Position;
        }

        return departure;
    }

    static MatrixError Refused(UserId userId) => MatrixError.Forbidden($"{userId} is not in this room and cannot look into it.");
}

/// <summary>A room as one user may look into it. <see cref="Until"/> is where the user left it; null for one who sees it as it is.</summary>
public sealed record RoomView(RoomSnapshot Room, UserId UserId, long? Until)
{
    /// <summary>The last position that the view reaches.</summary>
    public long End => Until is { } until ? Math.Min(until, Room.LatestPosition) : Room.LatestPosition;
}
