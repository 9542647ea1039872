using System.Collections.Concurrent;
using System.Text;
using Hybrid.Primitives;
using Hybrid.Storage.Filters;

namespace Hybrid.Accounts.Filters;

/// <summary>Filters by ID or as inline JSON, read once and kept compiled.</summary>
public sealed class FilterRegistry(IFilterStore store)
{
    // Filters never change, so dropping all of them costs one read each.
    const int MaxKept = 10_000;
    const int MaxKeptBytes = 4096;

    // A client has one or two, and uploads them anew when it is updated.
    const int MaxPerUser = 500;

    readonly ConcurrentDictionary<(UserId User, string Filter), SyncFilter> _filters = new();

    /// <summary>Checks and stores a filter; its ID.</summary>
    public async ValueTask<string> AddAsync(UserId userId, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        SyncFilter.Parse(json.Span);
        return await store.AddAsync(userId, json, MaxPerUser, cancellationToken);
    }

    /// <summary>The filter as it was uploaded.</summary>
    public ValueTask<ReadOnlyMemory<byte>?> FindDefinitionAsync(UserId userId, string filterId, CancellationToken cancellationToken) =>
        store.FindAsync(userId, filterId, cancellationToken);

    /// <summary>What the <c>filter</c> parameter of <c>/sync</c> says: nothing, an ID, or JSON, which starts with a brace.</summary>
    public async ValueTask<Result<SyncFilter>> ResolveAsync(UserId userId, string? filter, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(filter))
            return SyncFilter.Everything;
        if (_filters.TryGetValue((userId, filter), out var known))
            return known;

        ReadOnlyMemory<byte> json;
        if (filter[0] == '{')
            json = Encoding.UTF8.GetBytes(filter);
        else if (await store.FindAsync(userId, filter, cancellationToken) is { } stored)
            json = stored;
        else
            return MatrixError.InvalidParam($"There is no filter '{filter}'.");

        var parsed = SyncFilter.Parse(json.Span);
        if (json.Length > MaxKeptBytes)
            return parsed;
        if (_filters.Count >= MaxKept)
            _filters.Clear();
        _filters[(userId, filter)] = parsed;
        return parsed;
    }
}
