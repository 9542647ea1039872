namespace Hybrid.Federation.Outbound;

/// <summary>What a server has not got of a room. Guarded by the lock of its <see cref="Destination"/>.</summary>
sealed class OwedEvents(long from, long latest)
{
    /// <summary>The <see cref="Latest"/> of what was read from the store, which does not tell.</summary>
    public const long UnknownLatest = long.MaxValue;

    /// <summary>The position of the first event that it has not got.</summary>
    public long From { get; set; } = from;

    /// <summary>The position of the last one.</summary>
    public long Latest { get; set; } = latest;

    /// <summary>Nothing of it waits in memory any more: the server is told the latest event and asks for the rest itself.</summary>
    public bool IsBehind { get; set; }

    /// <summary>The store has it, or is about to.</summary>
    public bool IsStored { get; set; }

    public void Include(long position)
    {
        From = Math.Min(From, position);
        Latest = Latest == UnknownLatest ? position : Math.Max(Latest, position);
    }
}
