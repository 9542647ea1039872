using Hybrid.Storage.Rooms;

namespace Hybrid.Federation.Joins;

/// <summary>
/// Chooses what of a room's state is needed to take part in it: what says who may do what, what a client shows the room with, and the members that these
/// and the join come from. The rest can come later (MSC3706).
/// </summary>
static class JoinEssentials
{
    /// <summary>A room with no more state than this is joined as a whole.</summary>
    public const int SmallRoom = 1000;

    // Those that clients name a room without a name after.
    const int Heroes = 6;

    static readonly HashSet<string> Types =
    [
        "m.room.create", "m.room.power_levels", "m.room.join_rules", "m.room.history_visibility", "m.room.guest_access", "m.room.encryption",
        "m.room.server_acl", "m.room.name", "m.room.topic", "m.room.avatar", "m.room.canonical_alias", "m.room.tombstone", "m.room.pinned_events",
        "m.room.policy", "m.room.retention",
    ];

    /// <summary>Splits the state of a room.</summary>
    /// <param name="room">The room as it is told.</param>
    /// <param name="join">The join.</param>
    public static (List<ToldEvent> Needed, List<ToldEvent> Others) Split(ToldRoom room, StoredEvent join)
    {
        var needed = new List<ToldEvent>();
        var rest = new List<ToldEvent>();
        var members = new Dictionary<string, ToldEvent>(StringComparer.Ordinal);
        foreach (var told in room.State)
        {
            if (told is { Type: "m.room.member", StateKey: { } user })
                members[user] = told;
            else if (told is { Type: { } type, StateKey: "" } && Types.Contains(type))
                needed.Add(told);
            else
                rest.Add(told);
        }

        // The other server has chosen which members it tells, or it has told all, and few are needed.
        var wanted = new Queue<string>(room.MembersOmitted
            ? members.Keys
            : [join.Sender.Value, .. needed.Select(static told => told.Sender).OfType<string>(), .. members.Values.Where(static told => told.IsJoin).Take(Heroes).Select(static told => told.StateKey!)]);
        while (wanted.TryDequeue(out var user))
        {
            if (!members.Remove(user, out var member))
                continue;

            needed.Add(member);
            if (member.Sender is { } inviter)
                wanted.Enqueue(inviter);
        }

        rest.AddRange(members.Values);
        return (needed, rest);
    }
}
