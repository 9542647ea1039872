using System.Security.Cryptography;
using Hybrid.Accounts.Sessions;
using Hybrid.Accounts.SingleSignOn;
using Hybrid.Storage.Accounts;

namespace Hybrid.ClientApi.SingleSignOn;

/// <summary>Someone is away at a provider.</summary>
/// <param name="Provider">Which.</param>
/// <param name="Secrets">What has to come back, and what it is checked with.</param>
/// <param name="Browser">The hash of what the browser keeps as a cookie: the attempt is no other browser's.</param>
/// <param name="ExpiresAt">When it is given up.</param>
sealed record SignOnAttempt(ISignOnProvider Provider, SignOnSecrets Secrets, TokenHash Browser, DateTimeOffset ExpiresAt)
{
    /// <summary>The client that a login goes to; null when a request is to be confirmed.</summary>
    public Uri? Client { get; init; }

    /// <summary>The session of the request that is to be confirmed; null for a login.</summary>
    public string? Session { get; init; }

    /// <summary>The page of this server that someone signs in to; null: none.</summary>
    public string? Page { get; init; }
}

/// <summary>The attempts that are under way: in memory, for a quarter of an hour, and no more than so many; the oldest make room.</summary>
sealed class SignOnAttempts(TimeProvider time)
{
    const int MaxAttempts = 10_000;
    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    readonly Dictionary<string, SignOnAttempt> _attempts = new(StringComparer.Ordinal);
    readonly Queue<(string State, DateTimeOffset ExpiresAt)> _byAge = new();
    readonly Lock _lock = new();

    /// <summary>Begins an attempt of the browser that keeps <paramref name="browser"/>.</summary>
    public SignOnAttempt Begin(ISignOnProvider provider, string browser, Uri? client, string? session, string? page)
    {
        var secrets = new SignOnSecrets(SecretText.Token(""), SecretText.Token(""), SecretText.Token(""));
        var now = time.GetUtcNow();
        var attempt = new SignOnAttempt(provider, secrets, TokenHash.Of(browser), now + Lifetime) { Client = client, Session = session, Page = page };
        lock (_lock)
        {
            while (_byAge.TryPeek(out var oldest) && (oldest.ExpiresAt <= now || _byAge.Count >= MaxAttempts))
                _attempts.Remove(_byAge.Dequeue().State);
            _attempts.Add(secrets.State, attempt);
            _byAge.Enqueue((secrets.State, attempt.ExpiresAt));
        }

        return attempt;
    }

    /// <summary>Takes the attempt that a browser comes back from; null when there is none, or it is another browser's.</summary>
    public SignOnAttempt? Take(string state, string browser)
    {
        lock (_lock)
        {
            if (!_attempts.TryGetValue(state, out var attempt) || attempt.ExpiresAt <= time.GetUtcNow()
                || !CryptographicOperations.FixedTimeEquals(attempt.Browser.ToBytes(), TokenHash.Of(browser).ToBytes()))
                return null;

            _attempts.Remove(state);
            return attempt;
        }
    }
}
