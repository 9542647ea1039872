using System.Diagnostics.CodeAnalysis;
using Hybrid.Accounts.Login;
using Hybrid.Accounts.Sessions;
using Hybrid.Primitives;
using Hybrid.Storage.ThirdParty;

namespace Hybrid.ClientApi.Auth;

/// <summary>One pass through user-interactive authentication: what it is for, and which stages are done.</summary>
/// <param name="Id">What the client sends back.</param>
/// <param name="Operation">A digest of the request that is to be authenticated.</param>
/// <param name="Flows">The ways through it, each a list of stages to complete in this order.</param>
public sealed record InteractiveSession(string Id, string Operation, IReadOnlyList<IReadOnlyList<string>> Flows)
{
    readonly List<string> _completed = [];
    readonly Lock _lock = new();

    /// <summary>Who makes the request; null: no one who is known.</summary>
    public UserId? User { get; init; }

    /// <summary>The registration token that a use was set aside of.</summary>
    public string? RegistrationToken { get; private set; }

    /// <summary>The address that was proven in a stage.</summary>
    public AddressProof? Address { get; private set; }

    public IReadOnlyList<string> Completed
    {
        get
        {
            lock (_lock)
                return [.. _completed];
        }
    }

    /// <summary>The stages that may come next; none when a flow is done.</summary>
    public IReadOnlyList<string> Next
    {
        get
        {
            lock (_lock)
                return NextStages();
        }
    }

    /// <summary>Marks a stage as done, with what it proved; false when it is not next, as when another request has done it meanwhile.</summary>
    public bool TryComplete(string stage, string? registrationToken = null, AddressProof? address = null)
    {
        lock (_lock)
        {
            if (!NextStages().Contains(stage))
                return false;
            _completed.Add(stage);
            RegistrationToken ??= registrationToken;
            Address ??= address;
            return true;
        }
    }

    List<string> NextStages()
    {
        var under = Flows.Where(flow => flow.Take(_completed.Count).SequenceEqual(_completed)).ToList();
        return under.Any(flow => flow.Count == _completed.Count) ? [] : [.. under.Select(flow => flow[_completed.Count]).Distinct()];
    }
}

/// <summary>The sessions that are under way: in memory, for a quarter of an hour, and no more than so many; the oldest make room.</summary>
public sealed class InteractiveSessions(RegistrationTokens tokens, TimeProvider time)
{
    const int MaxSessions = 10_000;
    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    readonly Dictionary<string, InteractiveSession> _sessions = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _shared = new(StringComparer.Ordinal);
    readonly Queue<(string Id, DateTimeOffset ExpiresAt)> _byAge = new();
    readonly Lock _lock = new();

    public InteractiveSession Create(string operation, IReadOnlyList<IReadOnlyList<string>> flows, UserId? user)
    {
        var session = new InteractiveSession(SecretText.Token(""), operation, flows) { User = user };
        var now = time.GetUtcNow();
        lock (_lock)
        {
            DropOld(now);
            _sessions.Add(session.Id, session);
            _byAge.Enqueue((session.Id, now + Lifetime));
        }

        return session;
    }

    /// <summary>As <see cref="Create"/>, but the same session while one is under way that was begun so for the operation.</summary>
    public InteractiveSession FindOrCreate(string operation, IReadOnlyList<IReadOnlyList<string>> flows, UserId user)
    {
        lock (_lock)
        {
            DropOld(time.GetUtcNow());
            if (_shared.TryGetValue(operation, out var id) && _sessions.TryGetValue(id, out var found))
                return found;

            var session = Create(operation, flows, user);
            _shared[operation] = session.Id;
            return session;
        }
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
        {
            Forget(session);
            return _sessions.Remove(session.Id);
        }
    }

    void Forget(InteractiveSession session)
    {
        if (_shared.TryGetValue(session.Operation, out var id) && id == session.Id)
            _shared.Remove(session.Operation);
    }

    void DropOld(DateTimeOffset now)
    {
        while (_byAge.TryPeek(out var oldest) && (oldest.ExpiresAt <= now || _byAge.Count >= MaxSessions))
        {
            _byAge.Dequeue();
            if (!_sessions.Remove(oldest.Id, out var dropped))
                continue;
            Forget(dropped);
            if (dropped.RegistrationToken is { } token)
                tokens.Release(token);
        }
    }
}
