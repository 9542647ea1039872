using System.Collections.Concurrent;
using Hybrid.Primitives;
using Hybrid.Storage.AccountData;
using Hybrid.Storage.Streams;

namespace Hybrid.Accounts.AccountData;

/// <summary>What global account data of some types say, kept in memory as it is read, and dropped when the user's account data change.</summary>
public sealed class ParsedAccountData<T> : IDisposable
    where T : notnull
{
    readonly ConcurrentDictionary<UserId, T> _known = new();
    readonly IAccountDataStore _store;
    readonly StreamHub _hub;
    readonly IReadOnlyList<string> _types;
    readonly Func<ReadOnlyMemory<byte>?, T> _parse;
    readonly IDisposable _subscription;

    /// <param name="store">Where the data are.</param>
    /// <param name="hub">Tells of changes.</param>
    /// <param name="types">The types, the first that the user has being the one that counts.</param>
    /// <param name="parse">Reads a content; null stands for none.</param>
    public ParsedAccountData(IAccountDataStore store, StreamHub hub, IReadOnlyList<string> types, Func<ReadOnlyMemory<byte>?, T> parse)
    {
        _store = store;
        _hub = hub;
        _types = types;
        _parse = parse;
        _subscription = hub.Subscribe(Follow);
    }

    public async ValueTask<T> OfAsync(UserId userId, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(userId, out var known))
            return known;

        var before = _hub.Current(StreamKind.AccountData);
        var parsed = _parse(await FindAsync(userId, cancellationToken));
        _known[userId] = parsed;
        // A change that came between would have found nothing to drop.
        if (_hub.Current(StreamKind.AccountData) != before)
            _known.TryRemove(userId, out _);
        return parsed;
    }

    public void Dispose() => _subscription.Dispose();

    async ValueTask<ReadOnlyMemory<byte>?> FindAsync(UserId userId, CancellationToken cancellationToken)
    {
        foreach (var type in _types)
        {
            if (await _store.FindAsync(userId, null, type, cancellationToken) is { } content)
                return content;
        }

        return default(ReadOnlyMemory<byte>?);
    }

    void Follow(ReadOnlyMemory<StreamNotice> notices)
    {
        foreach (ref readonly var notice in notices.Span)
        {
            if (notice is { Stream: StreamKind.AccountData, User: { } userId, Room: null })
                _known.TryRemove(userId, out _);
        }
    }
}
