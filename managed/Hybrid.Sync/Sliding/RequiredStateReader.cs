using Hybrid.Storage.Rooms;
using Hybrid.Sync.Timelines;

namespace Hybrid.Sync.Sliding;

/// <summary>The state to send of a room.</summary>
/// <param name="Events">One per type and key.</param>
/// <param name="Changes">All that changed since the client last had the room, wanted or not; empty when it is new.</param>
/// <param name="Members">Those that it has then been sent because they were needed.</param>
sealed record RequiredStateResult(IReadOnlyList<StoredEvent> Events, IReadOnlyCollection<StoredEvent> Changes, IReadOnlyList<string> Members);

/// <summary>
/// Finds the state of a room that a client wants: all of it at first, then what changed, and what it did not want before. Members that are
/// loaded lazily come with the events of the timeline that they sent or that are about them (MSC4186, "Lazy loaded memberships").
/// </summary>
sealed class RequiredStateReader(RoomStateReader states)
{
    const string Member = "m.room.member";

    // Who is forgotten is sent once more.
    const int MaxMembers = 500;

    public async ValueTask<RequiredStateResult> ReadAsync(Visit visit, RoomRange range, RoomTimeline? timeline, CancellationToken cancellationToken)
    {
        var wanted = visit.Terms.State;
        var needed = wanted.LoadsMembersLazily && timeline is not null ? Needed(timeline) : [];
        if (range.After is null)
            return await ReadWholeAsync(wanted, needed, range, cancellationToken);

        var changes = Latest(await states.ReadChangesAsync(range, cancellationToken));
        var selected = new Dictionary<StateKey, StoredEvent>();
        foreach (var change in changes.Values)
        {
            if (wanted.Takes(change.Type, change.StateKey!))
                selected[KeyOf(change)] = change;
        }

        await AddNewlyWantedAsync(visit, range, selected, cancellationToken);
        var members = wanted.LoadsMembersLazily
            ? await AddMembersAsync(visit, range, timeline is { Limited: true }, needed, changes, selected, cancellationToken)
            : visit.Sent?.Members is { Count: > 0 } ? [] : visit.Sent?.Members ?? [];
        return new RequiredStateResult([.. selected.Values], changes.Values, members);
    }

    async ValueTask<RequiredStateResult> ReadWholeAsync(RequiredState wanted, HashSet<string> needed, RoomRange range, CancellationToken cancellationToken)
    {
        var selected = new Dictionary<StateKey, StoredEvent>();
        foreach (var state in await states.ReadAllAsync(range, cancellationToken))
        {
            if (wanted.Takes(state.Type, state.StateKey!))
                selected[KeyOf(state)] = state;
        }

        foreach (var member in needed)
        {
            if (!selected.ContainsKey(new StateKey(Member, member)) && await states.FindAsync(range, Member, member, cancellationToken) is { } state)
                selected[KeyOf(state)] = state;
        }

        return new RequiredStateResult([.. selected.Values], [], Bounded(needed));
    }

    async ValueTask AddNewlyWantedAsync(Visit visit, RoomRange range, Dictionary<StateKey, StoredEvent> selected, CancellationToken cancellationToken)
    {
        var connection = visit.Turn.Connection.Connection;
        if (connection.Has(visit.Sent!.StateTerms, visit.Terms.State))
            return;

        var before = connection.StateTerms(visit.Sent.StateTerms);
        foreach (var state in await states.ReadAllAsync(range, cancellationToken))
        {
            if (visit.Terms.State.Takes(state.Type, state.StateKey!) && !before.Takes(state.Type, state.StateKey!))
                selected[KeyOf(state)] = state;
        }
    }

    async ValueTask<IReadOnlyList<string>> AddMembersAsync(
        Visit visit, RoomRange range, bool isLimited, HashSet<string> needed, Dictionary<StateKey, StoredEvent> changes,
        Dictionary<StateKey, StoredEvent> selected, CancellationToken cancellationToken)
    {
        var sent = visit.Sent!.Members;
        var has = new HashSet<string>(sent, StringComparer.Ordinal);
        foreach (var change in changes.Values)
        {
            if (change is not { Type: Member, StateKey: { } member })
                continue;

            // Across a gap a client throws its members away; it is sent those that it needs.
            if (isLimited && !needed.Contains(member))
            {
                has.Remove(member);
                continue;
            }

            selected[KeyOf(change)] = change;
            has.Add(member);
        }

        foreach (var member in needed)
        {
            var isNew = has.Add(member);
            if (isNew && !selected.ContainsKey(new StateKey(Member, member)) && await states.FindAsync(range, Member, member, cancellationToken) is { } state)
                selected[KeyOf(state)] = state;
        }

        return has.SetEquals(sent) ? sent : Bounded(has.Count <= MaxMembers ? has : needed);
    }

    // A room of many tells of few at a time.
    static List<string> Bounded(HashSet<string> members) => [.. members.Where(static member => !member.Contains('\n', StringComparison.Ordinal)).Take(MaxMembers)];

    static HashSet<string> Needed(RoomTimeline timeline)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var stored in timeline.Events)
        {
            needed.Add(stored.Sender.Value);
            if (stored is { Type: Member, StateKey: { } target })
                needed.Add(target);
        }

        return needed;
    }

    static Dictionary<StateKey, StoredEvent> Latest(IReadOnlyList<StoredEvent> changes)
    {
        var latest = new Dictionary<StateKey, StoredEvent>();
        foreach (var change in changes)
            latest[KeyOf(change)] = change;
        return latest;
    }

    static StateKey KeyOf(StoredEvent state) => new(state.Type, state.StateKey!);
}
