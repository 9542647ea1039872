using Hybrid.Primitives;
using Hybrid.Storage.AccountData;
using Hybrid.Storage.Streams;

namespace Hybrid.Accounts.AccountData;

/// <summary>From whom users take invitations, as their account data say. Kept in memory, dropped when account data change.</summary>
public sealed class InvitePermissions(IAccountDataStore store, StreamHub hub) : IDisposable
{
    readonly ParsedAccountData<InviteRules> _permissions =
        new(store, hub, ["m.invite_permission_config", "org.matrix.msc4380.invite_permission_config"], InviteRules.OfPermission);

    readonly ParsedAccountData<InviteRules> _lists = new(store, hub, ["org.matrix.msc4155.invite_permission_config"], InviteRules.OfLists);

    /// <summary>The rules of a user. Who takes no invitations at all has no exceptions, which the specification does not know.</summary>
    public async ValueTask<InviteRules> OfAsync(UserId userId, CancellationToken cancellationToken)
    {
        var permission = await _permissions.OfAsync(userId, cancellationToken);
        return permission == InviteRules.None ? await _lists.OfAsync(userId, cancellationToken) : permission;
    }

    public void Dispose()
    {
        _permissions.Dispose();
        _lists.Dispose();
    }
}
