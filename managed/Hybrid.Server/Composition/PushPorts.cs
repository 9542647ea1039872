using Hybrid.Mail;
using Hybrid.Primitives;
using Hybrid.Push.Pushers;
using Hybrid.Storage.ThirdParty;

namespace Hybrid.Server.Composition;

/// <summary>Shows push which e-mail addresses are proved to be whose.</summary>
sealed class AccountOwnedAddresses(IThirdPartyStore addresses) : IOwnedAddresses
{
    public async ValueTask<bool> OwnsAsync(UserId userId, EmailAddress address, CancellationToken cancellationToken) =>
        await addresses.FindOwnerAsync(new ThirdPartyAddress(ThirdPartyAddress.Email, address.Canonical), cancellationToken) == userId;
}
