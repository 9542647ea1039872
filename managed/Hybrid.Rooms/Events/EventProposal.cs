using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Events;

/// <summary>What somebody wants to send, before it is an event: no place in the graph, no hash, no signature.</summary>
/// <param name="Type">The event type.</param>
/// <param name="Sender">A user of this server.</param>
/// <param name="Content">The bytes of a JSON object.</param>
public sealed record EventProposal(string Type, UserId Sender, ReadOnlyMemory<byte> Content)
{
    /// <summary>Null for a message event.</summary>
    public string? StateKey { get; init; }

    /// <summary>Milliseconds since the Unix epoch; null for the moment at which it is sealed.</summary>
    public long? OriginServerTs { get; init; }

    /// <summary>For an <c>m.room.redaction</c>: the event to redact.</summary>
    public StoredEvent? RedactionTarget { get; init; }

    /// <summary>Which device sends it under which transaction ID.</summary>
    public SendingTransaction? Transaction { get; init; }
}
