using System.Security.Cryptography;

namespace Hybrid.AdminApi;

/// <summary>Nonces of the shared-secret registration: each is good for one attempt within a minute.</summary>
public sealed class RegistrationNonces(TimeProvider time)
{
    const int NonceBytes = 64;
    const int MaxNonces = 1000;
    static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    readonly Dictionary<string, DateTimeOffset> _nonces = new(StringComparer.Ordinal);
    readonly Queue<(string Nonce, DateTimeOffset ExpiresAt)> _byAge = new();
    readonly Lock _lock = new();

    public string Create()
    {
        var nonce = RandomNumberGenerator.GetHexString(NonceBytes * 2, lowercase: true);
        var now = time.GetUtcNow();
        lock (_lock)
        {
            while (_byAge.TryPeek(out var oldest) && (oldest.ExpiresAt <= now || _byAge.Count >= MaxNonces))
            {
                _byAge.Dequeue();
                _nonces.Remove(oldest.Nonce);
            }

            _nonces.Add(nonce, now + Lifetime);
            _byAge.Enqueue((nonce, now + Lifetime));
        }

        return nonce;
    }

    /// <summary>Uses the nonce up; false when it is not known, used, or expired.</summary>
    public bool TryTake(string nonce)
    {
        lock (_lock)
            return _nonces.Remove(nonce, out var expiresAt) && expiresAt > time.GetUtcNow();
    }
}
