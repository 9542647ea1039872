using System.Collections.Frozen;
using Hybrid.Primitives;
using Hybrid.Rooms.State;

namespace Hybrid.Rooms.Policies;

/// <summary>Whom and what somebody does not want to see: users whom they ignore, and what the policy lists that they follow ban. Never themselves.</summary>
public sealed class IgnoredSet(UserId viewer, IReadOnlySet<UserId> named, IReadOnlyList<PolicyRules> policies) : IEquatable<IgnoredSet>
{
    readonly UserId _viewer = viewer;
    readonly IReadOnlySet<UserId> _named = named;
    readonly IReadOnlyList<PolicyRules> _policies = policies;

    /// <summary>Nobody and nothing.</summary>
    public static IgnoredSet None { get; } = new(default, FrozenSet<UserId>.Empty, []);

    public bool IsEmpty => _named.Count == 0 && _policies.Count == 0;

    public bool Contains(UserId userId) => _named.Contains(userId) || FindPolicy(userId) is not null;

    /// <summary>Whether a policy list bans the room.</summary>
    public bool Contains(RoomId roomId) => FindPolicy(roomId) is not null;

    /// <summary>Whether the user is ignored by name.</summary>
    public bool Names(UserId userId) => _named.Contains(userId);

    /// <summary>The rule that hides the user; null when none does.</summary>
    public PolicyRule? FindPolicy(UserId userId)
    {
        if (userId == _viewer)
            return null;

        foreach (var policy in _policies)
        {
            if (policy.FindUser(userId) is { } rule)
                return rule;
        }

        return null;
    }

    /// <summary>The rule that hides the room; null when none does.</summary>
    public PolicyRule? FindPolicy(RoomId roomId)
    {
        foreach (var policy in _policies)
        {
            if (policy.FindRoom(roomId) is { } rule)
                return rule;
        }

        return null;
    }

    /// <summary>All who are ignored and ever were in a room, for queries that need their names; others may be among them.</summary>
    public IReadOnlySet<UserId> In(RoomSnapshot room)
    {
        if (_policies.Count == 0)
            return _named;

        var all = _named.ToHashSet();
        foreach (var stored in room.State.Values)
        {
            if (stored.Type == "m.room.member" && UserId.TryParse(stored.StateKey, out var member) && FindPolicy(member) is not null)
                all.Add(member);
        }

        return all;
    }

    /// <summary>Whether both are of the same lists, as they were read: what was worked out with one holds with the other.</summary>
    public bool Equals(IgnoredSet? other) =>
        other is not null && _viewer == other._viewer && ReferenceEquals(_named, other._named)
        && _policies.SequenceEqual(other._policies, ReferenceEqualityComparer.Instance);

    public override bool Equals(object? obj) => Equals(obj as IgnoredSet);

    public override int GetHashCode() => HashCode.Combine(_viewer, _policies.Count);
}
