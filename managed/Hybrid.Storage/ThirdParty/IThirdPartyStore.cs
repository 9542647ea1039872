using Hybrid.Primitives;
using Hybrid.Storage.Accounts;

namespace Hybrid.Storage.ThirdParty;

/// <summary>An e-mail address or a telephone number (specification, appendices, "3PID Types").</summary>
/// <param name="Medium"><c>email</c> or <c>msisdn</c>.</param>
/// <param name="Address">In its canonical form: an e-mail address in small letters, a number as digits with its country code.</param>
public sealed record ThirdPartyAddress(string Medium, string Address)
{
    public const string Email = "email";
    public const string Telephone = "msisdn";
}

/// <summary>An address of an account.</summary>
/// <param name="Address">The address; of one account at most.</param>
/// <param name="ValidatedAt">When its owner proved that it is theirs.</param>
/// <param name="AddedAt">When the account got it.</param>
public sealed record AccountAddress(ThirdPartyAddress Address, DateTimeOffset ValidatedAt, DateTimeOffset AddedAt);

/// <summary>A pass through the proof that an address is someone's (specification, "Adding Account Administrative Contact Information").</summary>
/// <param name="Sid">Its public name.</param>
/// <param name="Address">The address in question.</param>
/// <param name="ClientSecret">The secret of the client that began it; the second half of its name.</param>
/// <param name="Token">The hash of what was sent to the address.</param>
/// <param name="SendAttempt">The client's number of the last message; a lower or equal one sends none.</param>
/// <param name="CreatedAt">When the first message was sent.</param>
public sealed record AddressProof(string Sid, ThirdPartyAddress Address, string ClientSecret, TokenHash Token, long SendAttempt, DateTimeOffset CreatedAt)
{
    /// <summary>Where the page of the link leads on; null: nowhere.</summary>
    public string? NextLink { get; init; }

    /// <summary>When the token came back; null: not yet.</summary>
    public DateTimeOffset? ValidatedAt { get; init; }

    /// <summary>How often a wrong token came back.</summary>
    public long Failures { get; init; }
}

/// <summary>E-mail addresses and telephone numbers of accounts, and proofs that are under way.</summary>
public interface IThirdPartyStore
{
    /// <summary>Whose address it is, or null.</summary>
    ValueTask<UserId?> FindOwnerAsync(ThirdPartyAddress address, CancellationToken cancellationToken);

    /// <summary>The account's addresses, in their order of addition.</summary>
    ValueTask<IReadOnlyList<AccountAddress>> ListAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>Adds an address to an account, or renews it there; false when it is another account's.</summary>
    ValueTask<bool> TryAddAsync(UserId userId, AccountAddress address, CancellationToken cancellationToken);

    /// <summary>Takes an address from an account; false when it has none such.</summary>
    ValueTask<bool> RemoveAsync(UserId userId, ThirdPartyAddress address, CancellationToken cancellationToken);

    /// <summary>Notes that an identity server was told of the address.</summary>
    ValueTask AddBindingAsync(UserId userId, ThirdPartyAddress address, string identityServer, CancellationToken cancellationToken);

    /// <summary>The identity servers that were told of each address of the account.</summary>
    ValueTask<IReadOnlyList<(ThirdPartyAddress Address, string IdentityServer)>> ListBindingsAsync(UserId userId, CancellationToken cancellationToken);

    ValueTask RemoveBindingAsync(UserId userId, ThirdPartyAddress address, string identityServer, CancellationToken cancellationToken);

    /// <summary>Forgets every address and binding of an account.</summary>
    ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>The proof that a client began for an address under a secret, or null.</summary>
    ValueTask<AddressProof?> FindProofAsync(ThirdPartyAddress address, string clientSecret, CancellationToken cancellationToken);

    /// <summary>The proof of a name, or null.</summary>
    ValueTask<AddressProof?> FindProofAsync(string sid, CancellationToken cancellationToken);

    /// <summary>Adds the proof, or puts it in the place of the one with the same name; drops those that began before <paramref name="oldest"/>.</summary>
    ValueTask PutProofAsync(AddressProof proof, DateTimeOffset oldest, CancellationToken cancellationToken);

    /// <summary>Takes a proof away, so that it serves once; false when another request was faster.</summary>
    ValueTask<bool> RemoveProofAsync(string sid, CancellationToken cancellationToken);

    /// <summary>How many proofs are kept.</summary>
    ValueTask<long> CountProofsAsync(CancellationToken cancellationToken);
}
