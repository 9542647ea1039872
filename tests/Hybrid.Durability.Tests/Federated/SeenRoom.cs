namespace Hybrid.Durability.Tests.Federated;

/// <summary>What a client has seen of a room that it is in.</summary>
sealed class SeenRoom(DateTimeOffset since, string first)
{
    readonly HashSet<string> _eventIds = [];

    /// <summary>When it began to see it.</summary>
    public DateTimeOffset Since { get; } = since;

    /// <summary>The first event of its timeline; what is older is history.</summary>
    public string First { get; } = first;

    /// <summary>The last event of its timeline.</summary>
    public string Latest { get; private set; } = first;

    public IReadOnlySet<string> EventIds => _eventIds;

    /// <summary>Notes an event; false when it was seen before.</summary>
    public bool TryAdd(string eventId)
    {
        if (!_eventIds.Add(eventId))
            return false;

        Latest = eventId;
        return true;
    }
}
