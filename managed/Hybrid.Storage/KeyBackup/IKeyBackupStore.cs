using Hybrid.Primitives;

namespace Hybrid.Storage.KeyBackup;

/// <summary>Key backups by user and version (specification, "Server-side key backups"). The current version is the highest that was not deleted.</summary>
public interface IKeyBackupStore
{
    /// <summary>Starts a new version, which becomes the current one, and returns its number.</summary>
    ValueTask<long> CreateVersionAsync(UserId userId, string algorithm, ReadOnlyMemory<byte> authData, CancellationToken cancellationToken);

    /// <summary>A version, or with null the current one; null when there is none.</summary>
    ValueTask<KeyBackupVersion?> FindVersionAsync(UserId userId, long? version, CancellationToken cancellationToken);

    /// <summary>Replaces a version's data, which the algorithm must agree with.</summary>
    ValueTask<KeyBackupUpdate> UpdateVersionAsync(
        UserId userId, long version, string algorithm, ReadOnlyMemory<byte> authData, CancellationToken cancellationToken);

    /// <summary>Deletes a version and its sessions. True also when it was deleted before, false when it never was.</summary>
    ValueTask<bool> DeleteVersionAsync(UserId userId, long version, CancellationToken cancellationToken);

    /// <summary>Stores sessions into the current version, each where it <see cref="BackedUpSession.Replaces"/> what is there. All or nothing.</summary>
    ValueTask<KeyBackupOutcome> StoreSessionsAsync(
        UserId userId, long version, IReadOnlyList<BackedUpSession> sessions, CancellationToken cancellationToken);

    /// <summary>The sessions of a version: all, those of a room, or one.</summary>
    ValueTask<IReadOnlyList<BackedUpSession>> ReadSessionsAsync(
        UserId userId, long version, RoomId? roomId, string? sessionId, CancellationToken cancellationToken);

    /// <summary>Deletes sessions of a version: all, those of a room, or one. Null when there is no such version.</summary>
    ValueTask<KeyBackupState?> DeleteSessionsAsync(
        UserId userId, long version, RoomId? roomId, string? sessionId, CancellationToken cancellationToken);

    /// <summary>Forgets all backups of the user.</summary>
    ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken);
}
