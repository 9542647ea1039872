using Hybrid.Primitives;

namespace Hybrid.Storage.Filters;

/// <summary>Filters that users uploaded, immutable (specification, "Filtering").</summary>
public interface IFilterStore
{
    /// <summary>
    /// Stores the filter and returns its ID; equal bytes get the ID they have already. A user has at most <paramref name="most"/>: the
    /// oldest go.
    /// </summary>
    ValueTask<string> AddAsync(UserId userId, ReadOnlyMemory<byte> filter, int most, CancellationToken cancellationToken);

    /// <summary>Deletes every filter of the user.</summary>
    ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken);

    ValueTask<ReadOnlyMemory<byte>?> FindAsync(UserId userId, string filterId, CancellationToken cancellationToken);
}
