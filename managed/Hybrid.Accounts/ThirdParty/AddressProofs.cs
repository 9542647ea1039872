using System.Security.Cryptography;
using System.Text;
using Hybrid.Accounts.Sessions;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.ThirdParty;

namespace Hybrid.Accounts.ThirdParty;

/// <summary>How a client asks for a proof.</summary>
/// <param name="Address">The address.</param>
/// <param name="ClientSecret">The client's secret for this proof.</param>
/// <param name="SendAttempt">A higher number than before sends another message.</param>
/// <param name="NextLink">Where the page of the link leads on, or null.</param>
public sealed record ProofRequest(ThirdPartyAddress Address, string ClientSecret, long SendAttempt, Uri? NextLink);

/// <summary>
/// Proofs that an address is someone's: a token is sent there, and whoever brings it back has it. What is proven is used up by one
/// request.
/// </summary>
public sealed class AddressProofs(IThirdPartyStore store, IAddressMessages messages, TimeProvider time)
{
    const int MaxProofs = 100_000;
    const int MaxFailures = 10;
    const int CodeDigits = 6;

    /// <summary>How long a token can come back.</summary>
    public static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(1);

    /// <summary>How long what was proven can be used.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>
    /// Begins a proof, or goes on with one, and sends the token; the name of the proof. <c>M_THREEPID_MEDIUM_NOT_SUPPORTED</c>,
    /// <c>M_THREEPID_DENIED</c> when the address takes no messages, <c>M_UNKNOWN</c> with <c>503</c> when none can be sent now,
    /// <c>M_LIMIT_EXCEEDED</c> while too many are under way.
    /// </summary>
    /// <param name="request">What the client asks for.</param>
    /// <param name="purpose">What the proof is for.</param>
    /// <param name="link">Makes the link of a message from the proof's name and the token; null where a code is typed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<Result<string>> BeginAsync(ProofRequest request, AddressPurpose purpose, Func<string, string, Uri>? link, CancellationToken cancellationToken)
    {
        if (!messages.Reaches(request.Address.Medium))
            return MatrixError.Of(400, "M_THREEPID_MEDIUM_NOT_SUPPORTED", "This server cannot send messages to such addresses.");

        var now = time.GetUtcNow();
        var known = await store.FindProofAsync(request.Address, request.ClientSecret, cancellationToken);
        if (known is not null && now - known.CreatedAt < TokenLifetime && request.SendAttempt <= known.SendAttempt)
            return known.Sid;
        if (await store.CountProofsAsync(cancellationToken) >= MaxProofs)
            return MatrixError.LimitExceeded(TokenLifetime);

        var token = link is null ? RandomNumberGenerator.GetString("0123456789", CodeDigits) : SecretText.Token("");
        var proof = new AddressProof(SecretText.Token(""), request.Address, request.ClientSecret, TokenHash.Of(token), request.SendAttempt, now)
        {
            NextLink = request.NextLink?.AbsoluteUri,
        };

        // Stored first: the token may be back before the answer of whoever carries it.
        await store.PutProofAsync(proof, now - Lifetime, cancellationToken);
        switch (await messages.SendAsync(new AddressMessage(request.Address, purpose, token, link?.Invoke(proof.Sid, token)), cancellationToken))
        {
            case AddressMessageOutcome.Sent:
                return proof.Sid;
            case AddressMessageOutcome.Refused:
                await store.RemoveProofAsync(proof.Sid, CancellationToken.None);
                return MatrixError.Of(403, "M_THREEPID_DENIED", "The address takes no messages.");
            default:
                await store.RemoveProofAsync(proof.Sid, CancellationToken.None);
                return MatrixError.Of(503, "M_UNKNOWN", "The message cannot be sent now. Try again later.");
        }
    }

    /// <summary>Takes a token back. <c>M_TOKEN_INCORRECT</c> when it is not the one; <c>M_SESSION_EXPIRED</c> when it comes too late, or after too many wrong ones.</summary>
    public async ValueTask<Result<AddressProof>> SubmitAsync(string sid, string clientSecret, string token, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (await FindAsync(sid, clientSecret, cancellationToken) is not { } proof)
            return MatrixError.Of(400, "M_TOKEN_INCORRECT", "The token is not right.");
        if (proof.ValidatedAt is null && (now - proof.CreatedAt >= TokenLifetime || proof.Failures >= MaxFailures))
            return MatrixError.Of(400, "M_SESSION_EXPIRED", "The token has expired. Ask for another one.");

        if (TokenHash.Of(token) != proof.Token)
        {
            await store.PutProofAsync(proof with { Failures = proof.Failures + 1 }, now - Lifetime, cancellationToken);
            return MatrixError.Of(400, "M_TOKEN_INCORRECT", "The token is not right.");
        }

        if (proof.ValidatedAt is not null)
            return proof;

        var validated = proof with { ValidatedAt = now };
        await store.PutProofAsync(validated, now - Lifetime, cancellationToken);
        return validated;
    }

    /// <summary>The proof of a name and a secret, validated or not; null when there is none, or it is too old.</summary>
    public async ValueTask<AddressProof?> FindAsync(string sid, string clientSecret, CancellationToken cancellationToken) =>
        await store.FindProofAsync(sid, cancellationToken) is { } proof
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(proof.ClientSecret), Encoding.UTF8.GetBytes(clientSecret))
        && time.GetUtcNow() - proof.CreatedAt < Lifetime
            ? proof
            : null;

    /// <summary>Uses up what was proven; null when the address was not proven under this name and secret, or it was used before.</summary>
    public async ValueTask<AddressProof?> TakeAsync(string sid, string clientSecret, CancellationToken cancellationToken) =>
        await FindAsync(sid, clientSecret, cancellationToken) is { ValidatedAt: not null } proof && await store.RemoveProofAsync(sid, cancellationToken) ? proof : null;
}
