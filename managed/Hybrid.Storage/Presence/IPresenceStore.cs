using Hybrid.Primitives;

namespace Hybrid.Storage.Presence;

/// <summary>What is left of a user's presence over a restart.</summary>
/// <param name="UserId">The user.</param>
/// <param name="StatusMessage">As the user set it, or null.</param>
/// <param name="LastActive">Last activity, in milliseconds since the Unix epoch.</param>
public sealed record PresenceRecord(UserId UserId, string? StatusMessage, long LastActive);

/// <summary>Status messages and last activity. Who is online is known in memory only.</summary>
public interface IPresenceStore
{
    ValueTask<PresenceRecord?> FindAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>Forgets the user's presence.</summary>
    ValueTask DeleteAsync(UserId userId, CancellationToken cancellationToken);

    ValueTask SaveAsync(PresenceRecord presence, CancellationToken cancellationToken);
}
