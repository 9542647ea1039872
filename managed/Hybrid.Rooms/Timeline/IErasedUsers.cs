using Hybrid.Primitives;

namespace Hybrid.Rooms.Timeline;

/// <summary>
/// Users who wished to be erased, each with the last position of the log at that time. Whoever was never in a room up to there is shown
/// their events redacted (specification, "Deactivating an account"). Implemented where accounts are known.
/// </summary>
public interface IErasedUsers
{
    /// <summary>All of them; completes at once but for the first time after a change.</summary>
    ValueTask<IReadOnlyDictionary<UserId, long>> ReadAsync(CancellationToken cancellationToken);
}
