namespace Hybrid.Ephemeral.Presence;

/// <summary>What one session of a user said last, and whether it is connected. Guarded by the tracker's lock.</summary>
sealed class DevicePresence
{
    public Availability Said { get; set; }

    /// <summary>Requests to <c>/sync</c> that are running now.</summary>
    public int Syncs { get; set; }

    /// <summary>When the last request ended or said something, in milliseconds since the Unix epoch.</summary>
    public long LastSeen { get; set; }

    public long LastActive { get; set; }

    public bool IsGone(long now) => Syncs == 0 && now - LastSeen >= PresenceTracker.OfflineAfter.TotalMilliseconds;

    /// <summary>What the device stands for now: gone, idle for too long, or what it said.</summary>
    public Availability At(long now)
    {
        if (IsGone(now))
            return Availability.Offline;
        var idle = now - LastActive >= PresenceTracker.IdleAfter.TotalMilliseconds;
        return Said == Availability.Online && idle ? Availability.Unavailable : Said;
    }
}
