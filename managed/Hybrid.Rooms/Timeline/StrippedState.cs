using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Timeline;

/// <summary>What helps to decide about a room without being in it (specification, "Stripped state").</summary>
public static class StrippedState
{
    static readonly string[] Shown =
    [
        "m.room.create", "m.room.name", "m.room.avatar", "m.room.topic", "m.room.join_rules", "m.room.canonical_alias", "m.room.encryption",
    ];

    /// <summary>The state that someone who is invited, or has knocked, is shown: of the room, of who invited them, and of themselves.</summary>
    public static IEnumerable<StoredEvent> Of(RoomSnapshot room, MembershipRecord membership)
    {
        foreach (var state in Of(room, membership.Sender == membership.UserId ? null : membership.Sender))
            yield return state;
        if (room.Find("m.room.member", membership.UserId.Value) is { } own)
            yield return own;
    }

    /// <summary>As the other, without the membership itself: for one who is going to be invited by <paramref name="inviter"/>, or to knock.</summary>
    public static IEnumerable<StoredEvent> Of(RoomSnapshot room, UserId? inviter)
    {
        foreach (var type in Shown)
        {
            if (room.Find(type) is { } state)
                yield return state;
        }

        if (inviter is { } user && room.Find("m.room.member", user.Value) is { } member)
            yield return member;
    }
}
