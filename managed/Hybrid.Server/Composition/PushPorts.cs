using Hybrid.Mail;
using Hybrid.Primitives;
using Hybrid.Push.Pushers;

namespace Hybrid.Server.Composition;

/// <summary>While accounts have no e-mail addresses, none is proved to be anyone's.</summary>
sealed class NoOwnedAddresses : IOwnedAddresses
{
    public ValueTask<bool> OwnsAsync(UserId userId, EmailAddress address, CancellationToken cancellationToken) => new(false);
}
