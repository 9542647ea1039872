using System.Buffers;
using System.Security.Cryptography;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;

namespace Hybrid.Accounts.Login;

/// <summary>A registration token, and how many people are about to use it.</summary>
public sealed record RegistrationTokenStatus(RegistrationTokenRecord Token, int Pending);

/// <summary>
/// Registration tokens. While someone goes through registration, a use is set aside for them; that is kept in memory only,
/// as the registration itself is. The store has the last word when the account is made.
/// </summary>
public sealed class RegistrationTokens(IRegistrationTokenStore store, TimeProvider time)
{
    const int MaxLength = 64;
    const int DefaultLength = 16;
    const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    static readonly SearchValues<char> Allowed = SearchValues.Create(Letters + "._~-");

    readonly Dictionary<string, int> _pending = new(StringComparer.Ordinal);
    readonly Lock _lock = new();

    /// <summary>Whether an account could be made with the token now.</summary>
    public async ValueTask<bool> IsValidAsync(string token, CancellationToken cancellationToken) =>
        await store.FindAsync(token, cancellationToken) is { } found && HasUses(found, Pending(token));

    /// <summary>Sets a use aside; false when the token has none left. <see cref="Release"/> gives it back.</summary>
    public async ValueTask<bool> TryReserveAsync(string token, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(token, cancellationToken) is not { } found)
            return false;

        lock (_lock)
        {
            var pending = _pending.GetValueOrDefault(token);
            if (!HasUses(found, pending))
                return false;
            _pending[token] = pending + 1;
            return true;
        }
    }

    /// <summary>Ends a reservation: the account was made, or will not be.</summary>
    public void Release(string token)
    {
        lock (_lock)
        {
            var pending = _pending.GetValueOrDefault(token);
            if (pending > 1)
                _pending[token] = pending - 1;
            else
                _pending.Remove(token);
        }
    }

    public async ValueTask<IReadOnlyList<RegistrationTokenStatus>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await store.ListAsync(cancellationToken)).Select(token => new RegistrationTokenStatus(token, Pending(token.Token)))];

    /// <summary>
    /// Makes a token; null lets the server pick its text. <c>M_INVALID_PARAM</c> when text, uses or expiry make no sense or
    /// the token exists.
    /// </summary>
    public async ValueTask<Result<RegistrationTokenRecord>> CreateAsync(
        string? token, long? usesAllowed, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        token ??= RandomNumberGenerator.GetString(Letters, DefaultLength);
        if (token.Length is 0 or > MaxLength || token.AsSpan().ContainsAnyExcept(Allowed))
            return MatrixError.InvalidParam($"A token has 1 to {MaxLength} characters of A-Z a-z 0-9 . _ ~ -");
        if (usesAllowed < 0)
            return MatrixError.InvalidParam("'uses_allowed' must not be negative.");
        if (expiresAt <= time.GetUtcNow())
            return MatrixError.InvalidParam("'expiry_time' is in the past.");

        var record = new RegistrationTokenRecord(token, usesAllowed, 0, expiresAt);
        return await store.TryAddAsync(record, cancellationToken) ? record : MatrixError.InvalidParam("The token exists already.");
    }

    /// <summary>Deletes a token; false when there is none such.</summary>
    public ValueTask<bool> RemoveAsync(string token, CancellationToken cancellationToken) => store.RemoveAsync(token, cancellationToken);

    int Pending(string token)
    {
        lock (_lock)
            return _pending.GetValueOrDefault(token);
    }

    bool HasUses(RegistrationTokenRecord token, int pending) =>
        !(token.ExpiresAt <= time.GetUtcNow()) && (token.UsesAllowed is null || token.Completed + pending < token.UsesAllowed);
}
