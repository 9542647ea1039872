using Hybrid.Primitives;
using Hybrid.Storage.Accounts;

namespace Hybrid.Accounts.SingleSignOn;

/// <summary>What is sent to a provider with someone, and has to come back with them.</summary>
/// <param name="State">Names the attempt.</param>
/// <param name="Nonce">Binds the provider's statement to the attempt.</param>
/// <param name="CodeVerifier">Proves that whoever redeems the code is who asked for it (RFC 7636).</param>
public sealed record SignOnSecrets(string State, string Nonce, string CodeVerifier);

/// <summary>What a provider says of someone.</summary>
/// <param name="Identity">Who it is.</param>
/// <param name="Username">The user name that they have there, or null.</param>
/// <param name="DisplayName">Their name, or null.</param>
public sealed record SignedOnPerson(ExternalIdentity Identity, string? Username, string? DisplayName);

/// <summary>An identity provider that people can sign on with. The composition has as many as the operator names.</summary>
public interface ISignOnProvider
{
    /// <summary>Its name in paths and in <c>identity_providers</c>.</summary>
    string Id { get; }

    /// <summary>Its name for people.</summary>
    string Name { get; }

    /// <summary>Who its identities are of.</summary>
    string Issuer { get; }

    /// <summary>Where a browser goes to sign on; <c>502 M_UNKNOWN</c> when the provider cannot be reached.</summary>
    ValueTask<Result<Uri>> BeginAsync(SignOnSecrets secrets, Uri callback, CancellationToken cancellationToken);

    /// <summary>Redeems what the browser came back with; <c>M_FORBIDDEN</c> when it proves nothing, <c>502 M_UNKNOWN</c> when the provider cannot be reached.</summary>
    ValueTask<Result<SignedOnPerson>> CompleteAsync(SignOnSecrets secrets, Uri callback, string code, CancellationToken cancellationToken);
}
