using System.Collections.Concurrent;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;

namespace Hybrid.Accounts.Sessions;

/// <summary>
/// Finds the session of an access token. Every request asks, so what was found once is kept in memory, by hash, until it is
/// revoked, has expired, or must make room.
/// </summary>
public sealed class AccessTokens(ISessionStore store, AccountOptions options, TimeProvider time)
{
    readonly ConcurrentDictionary<TokenHash, ActiveSession> _sessions = new();
    readonly Lock _trimming = new();
    long _revocations;

    /// <summary>The session, or <c>M_UNKNOWN_TOKEN</c>, with <c>soft_logout</c> when the token has expired.</summary>
    public ValueTask<Result<ActiveSession>> FindAsync(string token, CancellationToken cancellationToken)
    {
        var hash = TokenHash.Of(token);
        if (!_sessions.TryGetValue(hash, out var session))
            return LoadAsync(hash, cancellationToken);
        if (session.ExpiresAt is { } expiry && expiry <= time.GetUtcNow())
        {
            _sessions.TryRemove(hash, out _);
            return new ValueTask<Result<ActiveSession>>(MatrixError.UnknownToken(softLogout: true));
        }

        session.LastUsed = time.GetTimestamp();
        return new ValueTask<Result<ActiveSession>>(session);
    }

    /// <summary>Forgets tokens that the store has given up or whose account has changed.</summary>
    public void Revoke(IReadOnlyList<TokenHash> tokens)
    {
        // Counted first: a lookup that read the store before the change either sees the count, or has put its session where
        // the loop below finds it.
        Interlocked.Increment(ref _revocations);
        foreach (var token in tokens)
            _sessions.TryRemove(token, out _);
    }

    async ValueTask<Result<ActiveSession>> LoadAsync(TokenHash hash, CancellationToken cancellationToken)
    {
        var revocations = Interlocked.Read(ref _revocations);
        var record = await store.FindAccessTokenAsync(hash, cancellationToken);
        if (record is null)
            return MatrixError.UnknownToken();
        if (record.ExpiresAt <= time.GetUtcNow())
            return MatrixError.UnknownToken(softLogout: true);
        if (record.Generation > record.ConfirmedGeneration)
            await store.ConfirmAsync(record.SessionId, record.Generation, cancellationToken);

        var session = new ActiveSession(record.SessionId, record.UserId, record.DeviceId, record.IsAdmin, record.IsGuest, record.ExpiresAt)
        {
            LastUsed = time.GetTimestamp(),
            IsLocked = record.IsLocked,
            IsSuspended = record.IsSuspended,
        };
        _sessions[hash] = session;
        if (Interlocked.Read(ref _revocations) != revocations)
            _sessions.TryRemove(hash, out _);
        if (_sessions.Count > options.CachedAccessTokens)
            Trim();
        return session;
    }

    // Drops a quarter, so that the next trimming is far away. Whoever comes while one goes on does not wait for it.
    void Trim()
    {
        if (!_trimming.TryEnter())
            return;
        try
        {
            var oldest = _sessions.Select(static entry => (entry.Key, entry.Value.LastUsed)).ToArray();
            Array.Sort(oldest, static (left, right) => left.LastUsed.CompareTo(right.LastUsed));
            foreach (var (hash, _) in oldest.AsSpan(0, Math.Max(1, oldest.Length / 4)))
                _sessions.TryRemove(hash, out _);
        }
        finally
        {
            _trimming.Exit();
        }
    }
}
