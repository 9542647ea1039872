using System.Diagnostics.CodeAnalysis;
using Hybrid.Accounts.Login;
using Hybrid.Accounts.Sessions;

namespace Hybrid.ClientApi.Auth;

/// <summary>One pass through user-interactive authentication: what it is for, and which stages are done.</summary>
/// <param name="Id">What the client sends back.</param>
/// <param name="Operation">A digest of the request that is to be authenticated.</param>
/// <param name="Flow">The stages to complete, in this order.</param>
public sealed record InteractiveSession(string Id, string Operation, IReadOnlyList<string> Flow)
{
    readonly List<string> _completed = [];
    readonly Lock _lock = new();

    /// <summary>The registration token that a use was set aside of.</summary>
    public string? RegistrationToken { get; private set; }

    public IReadOnlyList<string> Completed
    {
        get
        {
            lock (_lock)
                return [.. _completed];
        }
    }

    /// <summary>The stage that comes next; null when all are done.</summary>
    public string? Next
    {
        get
        {
            lock (_lock)
                return _completed.Count < Flow.Count ? Flow[_completed.Count] : null;
        }
    }

    /// <summary>Marks the next stage as done; false when another request has done it meanwhile.</summary>
    public bool TryComplete(string stage, string? registrationToken = null)
    {
        lock (_lock)
        {
            if (_completed.Count == Flow.Count || Flow[_completed.Count] != stage)
                return false;
            _completed.Add(stage);
            RegistrationToken ??= registrationToken;
            return true;
        }
    }
}

/// <summary>The sessions that are under way: in memory, for a quarter of an hour, and no more than so many; the oldest make room.</summary>
public sealed class InteractiveSessions(RegistrationTokens tokens, TimeProvider time)
{
    const int MaxSessions = 10_000;
    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    readonly Dictionary<string, InteractiveSession> _sessions = new(StringComparer.Ordinal);
    readonly Queue<(string Id, DateTimeOffset ExpiresAt)> _byAge = new();
    readonly Lock _lock = new();

    public InteractiveSession Create(string operation, IReadOnlyList<string> flow)
    {
        var session = new InteractiveSession(SecretText.Token(""), operation, flow);
        var now = time.GetUtcNow();
        lock (_lock)
        {
            DropOld(now);
            _sessions.Add(session.Id, session);
            _byAge.Enqueue((session.Id, now + Lifetime));
        }

        return session;
    }

    public bool TryFind(string id, [NotNullWhen(true)] out InteractiveSession? session)
    {
        lock (_lock)
        {
            DropOld(time.GetUtcNow());
            return _sessions.TryGetValue(id, out session);
        }
    }

    /// <summary>Ends a session whose stages are all done; false when another request was faster. Its registration token is the caller's to release.</summary>
    public bool TryConsume(InteractiveSession session)
    {
        lock (_lock)
            return _sessions.Remove(session.Id);
    }

    void DropOld(DateTimeOffset now)
    {
        while (_byAge.TryPeek(out var oldest) && (oldest.ExpiresAt <= now || _byAge.Count >= MaxSessions))
        {
            _byAge.Dequeue();
            if (_sessions.Remove(oldest.Id, out var dropped) && dropped.RegistrationToken is { } token)
                tokens.Release(token);
        }
    }
}
