using System.Net;
using Hybrid.Primitives;

namespace Hybrid.Accounts.Sessions;

/// <summary>What an access token opens, as it is kept in memory while the token is used.</summary>
public sealed class ActiveSession(long sessionId, UserId userId, DeviceId deviceId, bool isAdmin, bool isGuest, DateTimeOffset? expiresAt)
{
    // Written by any request, read by the trimming of the cache and the recorder of activity: losing a race costs nothing.
    long _lastUsed;
    long _lastNoted;
    IPAddress? _lastAddress;

    public long SessionId { get; } = sessionId;

    public UserId UserId { get; } = userId;

    public DeviceId DeviceId { get; } = deviceId;

    public bool IsAdmin { get; } = isAdmin;

    public bool IsGuest { get; } = isGuest;

    public bool IsLocked { get; init; }

    public bool IsSuspended { get; init; }

    /// <summary>Null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; } = expiresAt;

    /// <summary>Timestamp of the last use, in the units of the <see cref="TimeProvider"/>.</summary>
    internal long LastUsed
    {
        get => Volatile.Read(ref _lastUsed);
        set => Volatile.Write(ref _lastUsed, value);
    }

    /// <summary>Timestamp of the last sighting that was noted.</summary>
    internal long LastNoted
    {
        get => Volatile.Read(ref _lastNoted);
        set => Volatile.Write(ref _lastNoted, value);
    }

    internal IPAddress? LastAddress
    {
        get => Volatile.Read(ref _lastAddress);
        set => Volatile.Write(ref _lastAddress, value);
    }
}
