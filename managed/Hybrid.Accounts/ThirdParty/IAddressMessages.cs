using Hybrid.Storage.ThirdParty;

namespace Hybrid.Accounts.ThirdParty;

/// <summary>What someone wants to prove an address for; it decides about the words of the message, and who may.</summary>
public enum AddressPurpose
{
    /// <summary>To make an account.</summary>
    Registration,

    /// <summary>To add the address to an account.</summary>
    Addition,

    /// <summary>To set another password.</summary>
    PasswordReset,
}

/// <summary>What a message with the proof carries.</summary>
/// <param name="To">Where it goes.</param>
/// <param name="Purpose">What for.</param>
/// <param name="Token">What has to come back: a code to type, or a part of the link.</param>
/// <param name="Link">The page that takes the token back; null: it is typed.</param>
public sealed record AddressMessage(ThirdPartyAddress To, AddressPurpose Purpose, string Token, Uri? Link);

/// <summary>What became of a message.</summary>
public enum AddressMessageOutcome
{
    Sent,

    /// <summary>The address takes no messages.</summary>
    Refused,

    /// <summary>Whoever carries the messages cannot be reached.</summary>
    Unavailable,
}

/// <summary>Carries messages to addresses. The composition knows how.</summary>
public interface IAddressMessages
{
    /// <summary>Whether messages to a medium can be sent at all.</summary>
    bool Reaches(string medium);

    ValueTask<AddressMessageOutcome> SendAsync(AddressMessage message, CancellationToken cancellationToken);
}
