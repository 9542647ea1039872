using Hybrid.Accounts.Login;
using Hybrid.Accounts.Profiles;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;

namespace Hybrid.Accounts.SingleSignOn;

/// <summary>Finds the account of someone who signed on with a provider, or makes it.</summary>
public sealed class SignOnAccounts(
    IExternalIdentityStore identities, IAccountStore accounts, AccountRegistration registration, AccountOptions options, TimeProvider time)
{
    const int MaxNames = 10;

    /// <summary>
    /// The account. <c>M_USER_DEACTIVATED</c> when it is, <c>M_FORBIDDEN</c> when there is none and none is to be made.
    /// </summary>
    public async ValueTask<Result<UserId>> EnterAsync(SignedOnPerson person, CancellationToken cancellationToken)
    {
        if (await identities.FindAsync(person.Identity, cancellationToken) is { } known)
        {
            var account = await accounts.FindAsync(known, cancellationToken);
            return account is { IsDeactivated: false } ? known : MatrixError.Of(403, "M_USER_DEACTIVATED", "The account is deactivated.");
        }

        if (!options.SignOnMakesAccounts)
            return MatrixError.Forbidden("No account here is linked to you.");

        if (!(await CreateAsync(person, cancellationToken)).TryGet(out var created, out var refused))
            return refused;

        // Another browser of the same person may have been faster: the account that is linked counts, and this one is never used.
        return await identities.TryLinkAsync(person.Identity, created, time.GetUtcNow(), CancellationToken.None)
            ? created
            : await identities.FindAsync(person.Identity, cancellationToken) ?? created;
    }

    /// <summary>Whether an account has an identity of the issuer, so that its user can confirm things there.</summary>
    public async ValueTask<bool> HasAsync(UserId userId, string issuer, CancellationToken cancellationToken) =>
        (await identities.ListAsync(userId, cancellationToken)).Any(identity => identity.Issuer == issuer);

    /// <summary>Whether the identity is that of the account.</summary>
    public async ValueTask<bool> IsOfAsync(ExternalIdentity identity, UserId userId, CancellationToken cancellationToken) =>
        await identities.FindAsync(identity, cancellationToken) == userId;

    async ValueTask<Result<UserId>> CreateAsync(SignedOnPerson person, CancellationToken cancellationToken)
    {
        var display = person.DisplayName is { } name && UserProfiles.CheckDisplayName(name) is null ? name : null;
        var wished = Localpart(person.Username);
        for (var number = 1; wished is not null && number <= MaxNames; number++)
        {
            var request = new AccountRequest(number == 1 ? wished : $"{wished}{number}", null) { DisplayName = display };
            var made = await registration.CreateAsync(request, cancellationToken);
            if (made.Error is not { Code: "M_USER_IN_USE" or "M_INVALID_USERNAME" })
                return made;
        }

        return await registration.CreateAsync(new AccountRequest(null, null) { DisplayName = display }, cancellationToken);
    }

    // Appendices, "Mapping from other character sets", shortened: letters become small, what a localpart cannot have is left out.
    static string? Localpart(string? username)
    {
        var before = username?.Split('@')[0] ?? "";
        var kept = new string([.. before.Where(char.IsAscii).Select(char.ToLowerInvariant).Where(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '=' or '-' or '/')]).TrimStart('_');
        return kept.Length == 0 ? null : kept[..Math.Min(kept.Length, 100)];
    }
}
