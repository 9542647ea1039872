using System.Collections.Concurrent;
using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Rooms.State;

namespace Hybrid.Rooms.Policies;

/// <summary>The policy lists that somebody reads, each kept for as long as its room's state stays what it is.</summary>
public sealed class PolicyLists(RoomRegistry rooms)
{
    const int MaxKept = 1000;

    readonly ConcurrentDictionary<RoomId, (StateNodeHash Root, PolicyRules Rules)> _kept = new();

    /// <summary>The bans of those of the lists that the user may read and that ban anything.</summary>
    public async ValueTask<IReadOnlyList<PolicyRules>> ReadAsync(IReadOnlyList<RoomId> lists, UserId userId, CancellationToken cancellationToken)
    {
        var found = new List<PolicyRules>();
        foreach (var list in lists)
        {
            if (await rooms.FindAsync(list, cancellationToken) is not { Current: var current }
                || (!current.IsJoined(userId) && current.HistoryVisibility != HistoryVisibility.WorldReadable))
            {
                continue;
            }

            if (RulesOf(current) is { IsEmpty: false } rules)
                found.Add(rules);
        }

        return found;
    }

    /// <summary>The bans of a list that the server itself keeps to, as far as it knows the room; null when it does not.</summary>
    public async ValueTask<PolicyRules?> ReadAsync(RoomId list, CancellationToken cancellationToken) =>
        await rooms.FindAsync(list, cancellationToken) is { Current: var current } ? RulesOf(current) : null;

    PolicyRules RulesOf(RoomSnapshot list)
    {
        if (_kept.TryGetValue(list.RoomId, out var kept) && kept.Root == list.StateRoot)
            return kept.Rules;
        if (_kept.Count >= MaxKept)
            _kept.Clear();

        var rules = PolicyRules.Of(list);
        _kept[list.RoomId] = (list.StateRoot, rules);
        return rules;
    }
}
