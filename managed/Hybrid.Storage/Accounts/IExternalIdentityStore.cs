using Hybrid.Primitives;

namespace Hybrid.Storage.Accounts;

/// <summary>Someone as an identity provider knows them.</summary>
/// <param name="Issuer">The provider.</param>
/// <param name="Subject">Its name for the person, which never changes.</param>
public sealed record ExternalIdentity(string Issuer, string Subject);

/// <summary>Which account belongs to whom at an identity provider.</summary>
public interface IExternalIdentityStore
{
    ValueTask<UserId?> FindAsync(ExternalIdentity identity, CancellationToken cancellationToken);

    /// <summary>Links an identity to an account; false when it is linked already.</summary>
    ValueTask<bool> TryLinkAsync(ExternalIdentity identity, UserId userId, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The identities of an account.</summary>
    ValueTask<IReadOnlyList<ExternalIdentity>> ListAsync(UserId userId, CancellationToken cancellationToken);

    ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken);
}
