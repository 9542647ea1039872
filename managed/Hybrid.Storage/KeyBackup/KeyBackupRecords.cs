namespace Hybrid.Storage.KeyBackup;

/// <summary>A version of a user's key backup.</summary>
/// <param name="Version">Counted per user from 1; never given again.</param>
/// <param name="Algorithm">How the sessions are encrypted.</param>
/// <param name="AuthData">The algorithm's own data, an object as it was uploaded.</param>
/// <param name="Count">How many sessions it holds.</param>
/// <param name="ETag">Grows whenever the sessions change.</param>
public sealed record KeyBackupVersion(long Version, string Algorithm, ReadOnlyMemory<byte> AuthData, long Count, long ETag);

/// <summary>A backup's size and state after a change of its sessions.</summary>
public readonly record struct KeyBackupState(long Count, long ETag);

/// <summary>How a change of a backup went: the state after it, or which version is the current one instead (null: there is none by that number).</summary>
public readonly record struct KeyBackupOutcome(KeyBackupState? State, long? CurrentVersion);

/// <summary>How an update of a backup's data went.</summary>
public enum KeyBackupUpdate
{
    Updated,
    NotFound,
    OtherAlgorithm,
}
