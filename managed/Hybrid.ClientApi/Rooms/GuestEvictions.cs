using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.State;
using Hybrid.Storage.Accounts;

namespace Hybrid.ClientApi.Rooms;

/// <summary>
/// Takes guests out of rooms that do not let them in any more (specification, "Guest Access": "the server MUST set those users'
/// <c>m.room.member</c> state to <c>leave</c>").
/// </summary>
public sealed class GuestEvictions(RoomRegistry rooms, MembershipChanges memberships, IAccountStore accounts)
{
    internal const string EventType = "m.room.guest_access";

    /// <summary>Does so if the room's state asks for it.</summary>
    public async ValueTask RunAsync(RoomId roomId, CancellationToken cancellationToken)
    {
        if (await rooms.FindAsync(roomId, cancellationToken) is not { Current: var room } || room.Find(EventType)?.ContentString("guest_access") == "can_join")
            return;

        foreach (var member in room.Joined)
        {
            if (await accounts.FindAsync(member, cancellationToken) is { IsGuest: true })
                await memberships.LeaveAsync(roomId, member, MembershipTerms.None, cancellationToken);
        }
    }
}
