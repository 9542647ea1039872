using System.Text.Json.Nodes;

namespace Hybrid.Durability.Tests.Federated;

/// <summary>What a client has seen of a room that it is in: events in the order of its timeline.</summary>
sealed class SeenRoom(DateTimeOffset since, string first)
{
    readonly List<(string EventId, string Sender, int? Number)> _order = [];
    readonly HashSet<string> _eventIds = [];

    /// <summary>When it began to see it.</summary>
    public DateTimeOffset Since { get; } = since;

    /// <summary>The first event of its timeline; what is older is history.</summary>
    public string First { get; } = first;

    /// <summary>The last event of its timeline.</summary>
    public string Latest { get; private set; } = first;

    public IReadOnlySet<string> EventIds => _eventIds;

    /// <summary>Notes an event; false when it was seen before.</summary>
    public bool TryAdd(JsonNode seen)
    {
        var eventId = (string)seen["event_id"]!;
        if (!_eventIds.Add(eventId))
            return false;

        Latest = eventId;
        _order.Add((eventId, (string)seen["sender"]!, seen["content"]?["n"] is JsonValue number ? (int)number : null));
        return true;
    }

    /// <summary>Messages that a sender said before one that is shown before them.</summary>
    public IEnumerable<string> OutOfOrder()
    {
        foreach (var ofSender in _order.Where(static seen => seen.Number is not null).GroupBy(static seen => seen.Sender))
        {
            var highest = -1;
            foreach (var (eventId, sender, number) in ofSender)
            {
                if (number < highest)
                    yield return $"{eventId}, number {number} of {sender}, is shown after number {highest}";
                highest = Math.Max(highest, number!.Value);
            }
        }
    }
}
