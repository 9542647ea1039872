using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Storage.AccountData;
using Hybrid.Storage.Streams;

namespace Hybrid.Accounts.AccountData;

/// <summary>Whom users ignore, as their <c>m.ignored_user_list</c> says (specification, "Ignoring Users"). Kept in memory, dropped when account data changes.</summary>
public sealed class IgnoredUsers : IDisposable
{
    const string Type = "m.ignored_user_list";

    readonly ConcurrentDictionary<UserId, FrozenSet<UserId>> _lists = new();
    readonly IAccountDataStore _store;
    readonly StreamHub _hub;
    readonly IDisposable _subscription;

    public IgnoredUsers(IAccountDataStore store, StreamHub hub)
    {
        _store = store;
        _hub = hub;
        _subscription = hub.Subscribe(Follow);
    }

    public async ValueTask<FrozenSet<UserId>> OfAsync(UserId userId, CancellationToken cancellationToken)
    {
        if (_lists.TryGetValue(userId, out var known))
            return known;

        var before = _hub.Current(StreamKind.AccountData);
        var content = await _store.FindAsync(userId, null, Type, cancellationToken);
        var list = content is { } json ? Parse(json.Span) : [];
        _lists[userId] = list;
        // A change that came between would have found nothing to drop.
        if (_hub.Current(StreamKind.AccountData) != before)
            _lists.TryRemove(userId, out _);
        return list;
    }

    public void Dispose() => _subscription.Dispose();

    void Follow(ReadOnlyMemory<StreamNotice> notices)
    {
        foreach (ref readonly var notice in notices.Span)
        {
            if (notice is { Stream: StreamKind.AccountData, User: { } userId, Room: null })
                _lists.TryRemove(userId, out _);
        }
    }

    static FrozenSet<UserId> Parse(ReadOnlySpan<byte> json)
    {
        var users = new HashSet<UserId>();
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var wanted = reader.ValueTextEquals("ignored_users"u8);
            reader.Read();
            if (!wanted || reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (UserId.TryParse(reader.GetString(), out var ignored))
                    users.Add(ignored);
                reader.Read();
                reader.Skip();
            }
        }

        return users.ToFrozenSet();
    }
}
