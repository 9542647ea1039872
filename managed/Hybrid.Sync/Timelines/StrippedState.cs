using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Sync.Timelines;

/// <summary>What helps to decide about a room without being in it (specification, "Stripped state").</summary>
static class StrippedState
{
    static readonly string[] Shown =
    [
        "m.room.create", "m.room.name", "m.room.avatar", "m.room.topic", "m.room.join_rules", "m.room.canonical_alias", "m.room.encryption",
    ];

    /// <summary>The state that someone who is invited, or has knocked, is shown: of the room, of who invited them, and of themselves.</summary>
    public static IEnumerable<StoredEvent> Of(RoomSnapshot room, MembershipRecord membership)
    {
        foreach (var type in Shown)
        {
            if (room.Find(type) is { } state)
                yield return state;
        }

        if (membership.Sender != membership.UserId && room.Find("m.room.member", membership.Sender.Value) is { } sender)
            yield return sender;
        if (room.Find("m.room.member", membership.UserId.Value) is { } own)
            yield return own;
    }
}
