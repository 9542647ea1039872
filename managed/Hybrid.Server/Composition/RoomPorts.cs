using Hybrid.Accounts.AccountData;
using Hybrid.Accounts.Login;
using Hybrid.Accounts.Profiles;
using Hybrid.Federation.Joins;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Upgrades;
using Hybrid.Storage.Accounts;

namespace Hybrid.Server.Composition;

/// <summary>Shows the room engine the profiles of users; of another server's user whose server does not say, none.</summary>
sealed class AccountMemberProfiles(IProfileStore profiles, ServerIdentity identity, IRemoteProfiles remote) : IMemberProfiles
{
    // As much as this server's users may have at most; more does not belong into an event.
    const int MaxText = 1000;

    public async ValueTask<MemberProfile> FindAsync(UserId userId, CancellationToken cancellationToken)
    {
        if (userId.Server == identity.Name)
            return await profiles.ReadAsync(userId, cancellationToken) is { } fields ? RoomProfilePropagation.Shown(new Profile(fields)) : MemberProfile.None;

        return (await remote.FindAsync(userId, cancellationToken)).TryGet(out var profile, out _)
            && profile is { DisplayName: null or { Length: <= MaxText }, AvatarUrl: null or { Length: <= MaxText } }
                ? RoomProfilePropagation.Shown(profile)
                : MemberProfile.None;
    }
}

/// <summary>Says which users other servers may invite.</summary>
sealed class AccountUsers(IAccountStore accounts) : ILocalUsers
{
    public async ValueTask<bool> ExistsAsync(UserId userId, CancellationToken cancellationToken) =>
        await accounts.FindAsync(userId, cancellationToken) is { IsDeactivated: false };
}

/// <summary>Shows the room engine from whom people take invitations.</summary>
sealed class AccountInvitePermissions(InvitePermissions permissions, IgnoredUsers ignored) : IInvitePermissions
{
    public async ValueTask<bool> BlocksAsync(UserId userId, UserId sender, CancellationToken cancellationToken) =>
        (await permissions.OfAsync(userId, cancellationToken)).For(sender) == InviteAction.Block;

    public async ValueTask<bool> HidesAsync(UserId userId, UserId sender, CancellationToken cancellationToken) =>
        (await ignored.OfAsync(userId, cancellationToken)).Contains(sender) || (await permissions.OfAsync(userId, cancellationToken)).For(sender) != InviteAction.Allow;
}

/// <summary>Carries profile changes into the rooms.</summary>
sealed class RoomProfilePropagation(MemberProfileUpdates updates) : IProfilePropagation
{
    public ValueTask PropagateAsync(UserId userId, Profile profile, CancellationToken cancellationToken) =>
        updates.ApplyAsync(userId, Shown(profile), cancellationToken);

    internal static MemberProfile Shown(Profile profile) => new(profile.DisplayName, profile.AvatarUrl);
}

/// <summary>Shows the room engine what the account data say of rooms.</summary>
sealed class AccountRoomSettings(RoomDataCopies copies) : IPersonalRoomSettings
{
    public ValueTask CopyAsync(UserId userId, RoomId from, RoomId to, CancellationToken cancellationToken) =>
        copies.CopyAsync(userId, from, to, cancellationToken);
}

/// <summary>Takes deactivated accounts out of their rooms.</summary>
sealed class RoomDepartures(MembershipIndex index, MembershipChanges memberships) : IAccountDepartures
{
    public async ValueTask LeaveAllRoomsAsync(UserId userId, CancellationToken cancellationToken)
    {
        foreach (var (roomId, membership) in await index.OfAsync(userId, cancellationToken))
        {
            // A room that does not let go keeps a member who cannot log in any more: the others are left all the same.
            if (membership.Membership is "join" or "invite" or "knock")
                await memberships.LeaveAsync(roomId, userId, MembershipTerms.None, cancellationToken);
        }
    }
}
