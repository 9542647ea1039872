using Hybrid.Primitives;

namespace Hybrid.Storage.KeyBackup;

/// <summary>A Megolm session in a backup.</summary>
/// <param name="RoomId">The room that the session encrypts.</param>
/// <param name="SessionId">The session.</param>
/// <param name="FirstMessageIndex">The first message that it decrypts.</param>
/// <param name="ForwardedCount">How often it was forwarded.</param>
/// <param name="IsVerified">Whether the device that made the backup verified the device that the session came from.</param>
/// <param name="SessionData">The encrypted session, an object as it was uploaded.</param>
public sealed record BackedUpSession(
    RoomId RoomId, string SessionId, long FirstMessageIndex, long ForwardedCount, bool IsVerified, ReadOnlyMemory<byte> SessionData)
{
    /// <summary>
    /// Whether this session takes the place of one that is stored (specification, "Server-side key backups"): a verified one
    /// wins over one that is not, then the lower first index, then the lower forwarded count. Equals leave the stored one.
    /// </summary>
    public bool Replaces(BackedUpSession stored)
    {
        if (IsVerified != stored.IsVerified)
            return IsVerified;
        if (FirstMessageIndex != stored.FirstMessageIndex)
            return FirstMessageIndex < stored.FirstMessageIndex;

        return ForwardedCount < stored.ForwardedCount;
    }
}
