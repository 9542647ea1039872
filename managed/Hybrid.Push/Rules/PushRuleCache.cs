using System.Collections.Concurrent;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Storage.Streams;

namespace Hybrid.Push.Rules;

/// <summary>Compiled push rules of users. Almost everybody shares the default set; a change of account data drops a user's entry.</summary>
public sealed class PushRuleCache : IDisposable
{
    readonly IPushRuleSource _source;
    readonly ConcurrentDictionary<UserId, PushRuleSet> _sets = new();
    readonly IDisposable _subscription;

    // Grows with every change of account data: what was read before one is not kept after it.
    long _changes;

    public PushRuleCache(IPushRuleSource source, StreamHub hub)
    {
        _source = source;
        _subscription = hub.Subscribe(Follow);
    }

    public ValueTask<PushRuleSet> OfAsync(UserId userId, CancellationToken cancellationToken)
    {
        return _sets.TryGetValue(userId, out var known) ? ValueTask.FromResult(known) : LoadAsync();

        async ValueTask<PushRuleSet> LoadAsync()
        {
            var seen = Interlocked.Read(ref _changes);
            var own = await _source.FindAsync(userId, cancellationToken);
            var set = own is { } rules ? Compile(rules, userId) : PushRuleSet.Default;
            _sets[userId] = set;
            if (seen != Interlocked.Read(ref _changes))
                _sets.TryRemove(KeyValuePair.Create(userId, set));
            return set;
        }
    }

    public void Dispose() => _subscription.Dispose();

    // Rules are checked before they are stored; ones that do not compile all the same must not stop the reader for everybody.
    static PushRuleSet Compile(ReadOnlyMemory<byte> rules, UserId userId)
    {
        try
        {
            return PushRuleSet.Compile(rules.Span, userId.Value);
        }
        catch (NativeException)
        {
            return PushRuleSet.Default;
        }
    }

    // A set that is dropped may be in use; its handle is released when the last user of it is gone.
    void Follow(ReadOnlyMemory<StreamNotice> notices)
    {
        foreach (ref readonly var notice in notices.Span)
        {
            if (notice is { Stream: StreamKind.AccountData, User: { } user, Room: null })
            {
                Interlocked.Increment(ref _changes);
                _sets.TryRemove(user, out _);
            }
        }
    }
}
