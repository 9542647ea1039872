using Hybrid.Primitives;
using Hybrid.Storage.Accounts;

namespace Hybrid.Accounts.Login;

/// <summary>Checks and changes passwords.</summary>
public sealed class PasswordLogin(IAccountStore accounts, PasswordWorker worker, PasswordUpgrades upgrades, AccountOptions options)
{
    /// <summary>
    /// The user ID that <paramref name="user"/> means: a local user's, or a localpart of this server. Null when it means none.
    /// Localparts are lowercase, so people may write them as they like.
    /// </summary>
    public UserId? Resolve(string user)
    {
        var text = user.StartsWith('@') ? user : $"@{user}:{options.ServerName}";
        if (!UserId.TryParse(text, out var userId) || userId.Server != options.ServerName)
            return null;

        var localpart = userId.Localpart;
        return localpart.Any(char.IsAsciiLetterUpper) ? UserId.Create(Lowercase(localpart), options.ServerName) : userId;
    }

    /// <summary>
    /// Checks a user's password. <c>M_FORBIDDEN</c> when it is wrong; the same, after the same time, when there is no such
    /// account, or it is deactivated, or has no password.
    /// </summary>
    public async ValueTask<Result<Done>> VerifyAsync(UserId? userId, string password, CancellationToken cancellationToken)
    {
        var account = userId is { } id ? await accounts.FindAsync(id, cancellationToken) : null;
        var hash = account is { IsDeactivated: false } ? account.PasswordHash : null;
        var verified = await worker.VerifyAsync(hash, password, cancellationToken);
        if (!verified.TryGet(out var fits, out var error))
            return error;

        if (!fits)
            return MatrixError.Forbidden("The user name or the password is wrong.");

        // The login does not wait for it.
        _ = upgrades.UpgradeAsync(userId!.Value, hash!, password);
        return new Done();
    }

    /// <summary>Whether <paramref name="password"/> may be a password: <c>M_WEAK_PASSWORD</c> or <c>M_INVALID_PARAM</c>, or null.</summary>
    public MatrixError? Check(string password) => PasswordRules.Check(password, options);

    /// <summary>Gives the account another password. Sessions stay as they are.</summary>
    public async ValueTask<Result<Done>> ChangeAsync(UserId userId, string password, CancellationToken cancellationToken)
    {
        if (Check(password) is { } refused)
            return refused;

        var hashed = await worker.CreateAsync(password, cancellationToken);
        if (!hashed.TryGet(out var hash, out var error))
            return error;

        await accounts.SetPasswordHashAsync(userId, hash, cancellationToken);
        return new Done();
    }

    internal static string Lowercase(string localpart) =>
        string.Create(localpart.Length, localpart, static (lower, text) => System.Text.Ascii.ToLower(text, lower, out _));
}
