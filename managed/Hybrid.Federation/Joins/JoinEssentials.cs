using Hybrid.Primitives;

namespace Hybrid.Federation.Joins;

/// <summary>
/// Chooses what of a room's state is needed to take part in it: what says who may do what, what a client shows the room with, and the members that these
/// and the join come from. The rest can come later (MSC3706).
/// </summary>
static class JoinEssentials
{
    /// <summary>A room with no more state than this is joined as a whole.</summary>
    public const int SmallRoom = 1000;

    static readonly HashSet<string> Types =
    [
        "m.room.create", "m.room.power_levels", "m.room.join_rules", "m.room.history_visibility", "m.room.guest_access", "m.room.encryption",
        "m.room.server_acl", "m.room.name", "m.room.topic", "m.room.avatar", "m.room.canonical_alias", "m.room.tombstone", "m.room.pinned_events",
        "m.room.policy", "m.room.retention",
    ];

    /// <summary>Whether an event is needed for what it is.</summary>
    public static bool IsEssential(in ToldEvent told) => told is { Type: { } type, StateKey: "" } && Types.Contains(type);

    /// <summary>Reads all of the state again that is needed.</summary>
    /// <param name="room">The room, as it is told.</param>
    /// <param name="answer">What tells it.</param>
    /// <param name="joining">Who joins.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async ValueTask<List<ReadOnlyMemory<byte>>> ReadAsync(ToldRoom room, ToldAnswer answer, UserId joining, CancellationToken cancellationToken)
    {
        var members = MembersOf(room, joining.Value);
        return await answer.ReadStateAsync(
            told => IsEssential(told) || (told is { Type: "m.room.member", StateKey: { } user } && members.Contains(user)), cancellationToken);
    }

    // The other server has chosen which members it tells, or it has told all, and few are needed.
    static HashSet<string> MembersOf(ToldRoom room, string joining)
    {
        var wanted = new Queue<string>(room.MembersOmitted
            ? room.Members.Keys
            : [joining, .. room.Makers, .. room.Heroes]);
        var members = new HashSet<string>(StringComparer.Ordinal);
        while (wanted.TryDequeue(out var user))
        {
            if (room.Members.TryGetValue(user, out var maker) && members.Add(user) && maker is not null)
                wanted.Enqueue(maker);
        }

        return members;
    }
}
