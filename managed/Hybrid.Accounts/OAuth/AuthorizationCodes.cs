using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Hybrid.Accounts.Sessions;
using Hybrid.Primitives;

namespace Hybrid.Accounts.OAuth;

/// <summary>What a user has allowed a client, that fetches its tokens now.</summary>
public sealed record AllowedClient(string ClientId, UserId UserId, OAuthScope Scope);

/// <summary>Authorization codes (RFC 6749, 4.1, with RFC 7636): in memory, for a minute, and good once.</summary>
public sealed class AuthorizationCodes(TimeProvider time)
{
    const int MaxCodes = 10_000;
    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    readonly Dictionary<string, (AllowedClient Allowed, string RedirectUri, string Challenge, DateTimeOffset ExpiresAt)> _codes = new(StringComparer.Ordinal);
    readonly Queue<(string Code, DateTimeOffset ExpiresAt)> _byAge = new();
    readonly Lock _lock = new();

    /// <summary>Whether a text can be a challenge of the method <c>S256</c>.</summary>
    public static bool IsChallenge(string? text) => text is { Length: 43 } && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    public string Create(AllowedClient allowed, string redirectUri, string challenge)
    {
        var code = SecretText.Token("");
        var now = time.GetUtcNow();
        lock (_lock)
        {
            while (_byAge.TryPeek(out var oldest) && (oldest.ExpiresAt <= now || _byAge.Count >= MaxCodes))
                _codes.Remove(_byAge.Dequeue().Code);
            _codes.Add(code, (allowed, redirectUri, challenge, now + Lifetime));
            _byAge.Enqueue((code, now + Lifetime));
        }

        return code;
    }

    /// <summary>Uses a code up; null when it is not known, or anything about it is not as it was asked for.</summary>
    public AllowedClient? Redeem(string code, string? clientId, string? redirectUri, string? verifier)
    {
        lock (_lock)
        {
            if (!_codes.Remove(code, out var found) || found.ExpiresAt <= time.GetUtcNow() || verifier is null || verifier.Length is < 43 or > 128)
                return null;

            var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(verifier)));
            return found.Allowed.ClientId == clientId && found.RedirectUri == redirectUri && challenge == found.Challenge ? found.Allowed : null;
        }
    }
}
