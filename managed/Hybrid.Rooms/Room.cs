using Hybrid.Primitives;
using Hybrid.Rooms.State;

namespace Hybrid.Rooms;

/// <summary>A room that is open: its state now, and the mailbox through which everything that changes it goes, one at a time.</summary>
public sealed class Room
{
    RoomSnapshot _current;

    internal Room(RoomSnapshot current) => _current = current;

    public RoomId RoomId => Current.RoomId;

    /// <summary>The room after its last commit.</summary>
    public RoomSnapshot Current => Volatile.Read(ref _current);
}
