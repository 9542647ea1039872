using Hybrid.Mail;
using Hybrid.Primitives;

namespace Hybrid.Push.Pushers;

/// <summary>Which e-mail addresses are proved to be a user's: no one else may have notifications sent there. Implemented where accounts are known.</summary>
public interface IOwnedAddresses
{
    ValueTask<bool> OwnsAsync(UserId userId, EmailAddress address, CancellationToken cancellationToken);
}
