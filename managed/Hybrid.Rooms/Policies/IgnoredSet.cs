using System.Collections.Frozen;
using Hybrid.Primitives;
using Hybrid.Rooms.State;

namespace Hybrid.Rooms.Policies;

/// <summary>Whom and what somebody does not want to see: users whom they ignore, and what the policy lists that they follow ban. Never themselves.</summary>
public sealed class IgnoredSet(UserId viewer, IReadOnlySet<UserId> named, IReadOnlyList<PolicyRules> policies)
{
    /// <summary>Nobody and nothing.</summary>
    public static IgnoredSet None { get; } = new(default, FrozenSet<UserId>.Empty, []);

    public bool IsEmpty => named.Count == 0 && policies.Count == 0;

    public bool Contains(UserId userId) => named.Contains(userId) || FindPolicy(userId) is not null;

    /// <summary>Whether a policy list bans the room.</summary>
    public bool Contains(RoomId roomId) => FindPolicy(roomId) is not null;

    /// <summary>Whether the user is ignored by name.</summary>
    public bool Names(UserId userId) => named.Contains(userId);

    /// <summary>The rule that hides the user; null when none does.</summary>
    public PolicyRule? FindPolicy(UserId userId)
    {
        if (userId == viewer)
            return null;

        foreach (var policy in policies)
        {
            if (policy.FindUser(userId) is { } rule)
                return rule;
        }

        return null;
    }

    /// <summary>The rule that hides the room; null when none does.</summary>
    public PolicyRule? FindPolicy(RoomId roomId)
    {
        foreach (var policy in policies)
        {
            if (policy.FindRoom(roomId) is { } rule)
                return rule;
        }

        return null;
    }

    /// <summary>All who are ignored and ever were in a room, for queries that need their names; others may be among them.</summary>
    public IReadOnlySet<UserId> In(RoomSnapshot room)
    {
        if (policies.Count == 0)
            return named;

        var all = named.ToHashSet();
        foreach (var stored in room.State.Values)
        {
            if (stored.Type == "m.room.member" && UserId.TryParse(stored.StateKey, out var member) && FindPolicy(member) is not null)
                all.Add(member);
        }

        return all;
    }
}
