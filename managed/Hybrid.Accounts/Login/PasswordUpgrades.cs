using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Microsoft.Extensions.Logging;

namespace Hybrid.Accounts.Login;

/// <summary>
/// Hashes passwords anew that were hashed with less cost than is recommended today, or by another server. Only a login shows the
/// password that it takes.
/// </summary>
public sealed class PasswordUpgrades(IAccountStore accounts, IPasswordHasher hasher, PasswordWorker worker, ILogger<PasswordUpgrades> logger)
{
    /// <summary>
    /// Replaces the hash if it needs it and the password was not changed meanwhile. Never fails: when the worker is busy or the store
    /// refuses, the next login tries again.
    /// </summary>
    /// <param name="userId">The account.</param>
    /// <param name="hash">Its hash, which <paramref name="password"/> fits.</param>
    /// <param name="password">The password.</param>
    public async Task UpgradeAsync(UserId userId, string hash, string password)
    {
        try
        {
            if (hasher.NeedsRehash(hash) && (await worker.CreateAsync(password, CancellationToken.None)).TryGet(out var upgraded, out _))
                await accounts.ReplacePasswordHashAsync(userId, hash, upgraded, CancellationToken.None);
        }
#pragma warning disable CA1031 // No one waits for it; the old hash is as good as it was.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.LogWarning(exception, "The password of {UserId} could not be hashed anew; the next login tries again", userId.Value);
        }
    }
}
