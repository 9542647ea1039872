using Hybrid.Primitives;
using Hybrid.Rooms.State;

namespace Hybrid.Rooms.Membership;

/// <summary>What the operator's notices to users come as (specification, "Server Notices").</summary>
public sealed record ServerNoticeOptions
{
    /// <summary>Who sends them; null: there are none.</summary>
    public UserId? Sender { get; init; }

    /// <summary>The version of the rooms that they are in.</summary>
    public string RoomVersion { get; init; } = "12";

    /// <summary>Whether the room is one for notices.</summary>
    public bool IsNoticeRoom(RoomSnapshot room) => Sender is { } sender && room.Find("m.room.create")?.Sender == sender;
}
