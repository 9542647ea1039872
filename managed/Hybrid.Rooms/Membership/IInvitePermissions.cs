using Hybrid.Primitives;

namespace Hybrid.Rooms.Membership;

/// <summary>Who may be invited by whom; the account data stand behind it.</summary>
public interface IInvitePermissions
{
    /// <summary>Whether the user wants no invitations from the sender (specification, "Invite permission"; MSC4155).</summary>
    ValueTask<bool> BlocksAsync(UserId userId, UserId sender, CancellationToken cancellationToken);

    /// <summary>Whether the user does not want to hear of the sender's invitations; what is blocked they do not hear of either.</summary>
    ValueTask<bool> HidesAsync(UserId userId, UserId sender, CancellationToken cancellationToken);
}
