using Hybrid.Primitives;

namespace Hybrid.Rooms.Membership;

/// <summary>Who may be invited; the account data stand behind it.</summary>
public interface IInvitePermissions
{
    /// <summary>Whether the user wants no invitations (specification, "Invite permission").</summary>
    ValueTask<bool> BlocksAsync(UserId userId, CancellationToken cancellationToken);
}
