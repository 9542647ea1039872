using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Sync.Timelines;

/// <summary>
/// Finds the state that goes with a timeline: what changed since the client's token up to the start of the timeline, or with
/// <c>use_state_after</c> up to its end. A change that lies within the timeline but is not shown there, because a filter left
/// it out, goes with the state, so that no client is left with an old value.
/// </summary>
sealed class RoomStateReader(IRoomStore store)
{
    /// <summary>Every value in the range, oldest first, from memory where that reaches back far enough.</summary>
    public ValueTask<IReadOnlyList<StoredEvent>> ReadChangesAsync(RoomRange range, CancellationToken cancellationToken) =>
        StateChanges.ReadAsync(store, range.Room, range.After ?? 0, range.UpTo, cancellationToken);

    /// <summary>The whole state at the end of the range.</summary>
    public async ValueTask<IEnumerable<StoredEvent>> ReadAllAsync(RoomRange range, CancellationToken cancellationToken)
    {
        if (range.Room.LatestPosition <= range.UpTo || !await HasLaterStateAsync(range, cancellationToken))
            return range.Room.State.Values;

        return await store.ReadStateAtAsync(range.RoomId, range.UpTo, cancellationToken);
    }

    /// <summary>The values to send, given those at the end of the range: one per type and key.</summary>
    public async ValueTask<List<StoredEvent>> SelectAsync(
        RoomRange range, IEnumerable<StoredEvent> latest, RoomTimeline timeline, bool stateAfter, CancellationToken cancellationToken)
    {
        var selected = new List<StoredEvent>();
        foreach (var state in latest)
        {
            if (stateAfter || state.Position <= timeline.Start || !timeline.Shows(state))
                selected.Add(state);
            else if (await FindBeforeAsync(range, state, timeline.Start, cancellationToken) is { } before)
                selected.Add(before);
        }

        return selected;
    }

    /// <summary>The value of one key as the client should have it: at the start of the timeline, or at its end.</summary>
    public async ValueTask<StoredEvent?> FindMemberAsync(
        RoomRange range, string member, RoomTimeline timeline, bool stateAfter, CancellationToken cancellationToken)
    {
        var state = await FindAsync(range, "m.room.member", member, cancellationToken);
        if (state is null || stateAfter || state.Position <= timeline.Start || !timeline.Shows(state))
            return state;

        return state.ReplacesState is null
            ? null
            : await store.ReadStateEntryAtAsync(range.RoomId, "m.room.member", member, timeline.Start, cancellationToken);
    }

    /// <summary>One entry of the state at the end of the range.</summary>
    public async ValueTask<StoredEvent?> FindAsync(RoomRange range, string type, string stateKey, CancellationToken cancellationToken)
    {
        var state = range.Room.Find(type, stateKey);
        return state is not null && range.Room.SinceOf(state) > range.UpTo
            ? await store.ReadStateEntryAtAsync(range.RoomId, type, stateKey, range.UpTo, cancellationToken)
            : state;
    }

    // The value that the timeline goes on from, if the client does not have it already.
    async ValueTask<StoredEvent?> FindBeforeAsync(RoomRange range, StoredEvent state, long start, CancellationToken cancellationToken)
    {
        var known = range.FullState ? 0 : range.After ?? 0;
        if (state.ReplacesState is null || start <= known)
            return null;

        var before = await store.ReadStateEntryAtAsync(range.RoomId, state.Type, state.StateKey!, start, cancellationToken);
        return before?.Position > known ? before : null;
    }

    async ValueTask<bool> HasLaterStateAsync(RoomRange range, CancellationToken cancellationToken)
    {
        var later = await ReadChangesAsync(new RoomRange(range.Room, range.Room.LatestPosition) { After = range.UpTo }, cancellationToken);
        return later.Count > 0;
    }
}
