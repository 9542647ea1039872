using Hybrid.Storage.Rooms;

namespace Hybrid.Sync.Timelines;

/// <summary>Puts timeline, state, lazily loaded members and summary of one room together.</summary>
sealed class RoomViewReader(TimelineReader timelines, RoomStateReader states, LazyMemberMemory memory)
{
    public async ValueTask<RoomView> ReadAsync(RoomRange range, SyncTurn turn, CancellationToken cancellationToken)
    {
        var timeline = await timelines.ReadAsync(range, turn, cancellationToken);
        var complete = range.FullState || range.After is null;
        // For all state only the entries are wanted; for a change also what lies between.
        var changes = complete ? [] : await states.ReadChangesAsync(range, cancellationToken);
        var summary = complete || changes.Any(RoomSummary.DependsOn) ? RoomSummary.Of(range.Room, turn.UserId) : null;
        var latest = complete ? await states.ReadAllAsync(range, cancellationToken) : Latest(changes);

        var filter = turn.Filter.State;
        var state = new List<StoredEvent>();
        if (filter.AllowsRoom(range.RoomId))
        {
            state = filter.LazyLoadMembers
                ? await ReadLazilyAsync(range, turn, timeline, latest, complete, summary, cancellationToken)
                : await states.SelectAsync(range, latest, timeline, turn.Request.UseStateAfter, cancellationToken);
            if (!filter.AllowsEverything)
                state.RemoveAll(entry => !filter.Allows(entry));
            if (filter.LazyLoadMembers)
                memory.Remember(turn, state.Concat(timeline.Events).Where(IsMember));
        }

        return new RoomView(timeline, state, summary);
    }

    static IEnumerable<StoredEvent> Latest(IReadOnlyList<StoredEvent> changes)
    {
        if (changes.Count < 2)
            return changes;

        var latest = new Dictionary<StateKey, StoredEvent>();
        foreach (var change in changes)
            latest[new StateKey(change.Type, change.StateKey!)] = change;
        return latest.Values;
    }

    static bool IsMember(StoredEvent stored) => stored is { Type: "m.room.member", StateKey: not null };

    async ValueTask<List<StoredEvent>> ReadLazilyAsync(
        RoomRange range, SyncTurn turn, RoomTimeline timeline, IEnumerable<StoredEvent> latest, bool complete, RoomSummary? summary,
        CancellationToken cancellationToken)
    {
        var stateAfter = turn.Request.UseStateAfter;
        // Of all state, members come by need alone. Members that changed since the token are news, needed or not: a client that
        // was away must not miss who joined and left meanwhile.
        var source = complete ? latest.Where(static entry => !IsMember(entry)) : latest;
        var state = await states.SelectAsync(range, source, timeline, stateAfter, cancellationToken);
        var present = state.Where(IsMember).Select(static entry => entry.StateKey!).ToHashSet();
        foreach (var member in Needed(turn, timeline, complete, summary))
        {
            if (!present.Add(member) || await states.FindMemberAsync(range, member, timeline, stateAfter, cancellationToken) is not { } entry)
                continue;
            if (complete || turn.Filter.State.IncludeRedundantMembers || !memory.Knows(turn, entry))
                state.Add(entry);
        }

        return state;
    }

    static IEnumerable<string> Needed(SyncTurn turn, RoomTimeline timeline, bool complete, RoomSummary? summary)
    {
        if (complete)
            yield return turn.UserId.Value;
        foreach (var hero in summary?.Heroes ?? [])
            yield return hero.Value;
        foreach (var stored in timeline.Events)
            yield return stored.Sender.Value;
    }
}
