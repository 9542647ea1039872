using Hybrid.Primitives;
using Hybrid.Rooms.Events;

namespace Hybrid.Rooms.Membership;

/// <summary>Carries a changed profile into the member events of the rooms that the user is in.</summary>
public sealed class MemberProfileUpdates(RoomRegistry rooms, MembershipIndex index)
{
    /// <summary>Sends a new member event into every joined room. A room that refuses it keeps the old profile; the others go on.</summary>
    public async ValueTask ApplyAsync(UserId userId, MemberProfile profile, CancellationToken cancellationToken)
    {
        foreach (var (roomId, membership) in await index.OfAsync(userId, cancellationToken))
        {
            if (membership.Membership != "join" || await rooms.FindAsync(roomId, cancellationToken) is not { } room)
                continue;

            await room.ChangeAsync(
                (draft, _) => ValueTask.FromResult(
                    draft.MembershipOf(userId) == "join"
                        ? draft.Add(new EventProposal("m.room.member", userId, new MemberContent("join") { Profile = profile }.Write()) { StateKey = userId.Value })
                        : MatrixError.Forbidden("The user has left meanwhile.")),
                cancellationToken);
        }
    }
}
