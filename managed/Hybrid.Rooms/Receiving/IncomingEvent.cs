using System.Runtime.InteropServices;
using System.Text.Json;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms.Events;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Receiving;

/// <summary>What an event of another server is received as.</summary>
public enum IncomingKind
{
    /// <summary>News: it goes to the end of the timeline.</summary>
    Timeline,

    /// <summary>From before what is known: it goes to the beginning of the timeline, and changes nothing.</summary>
    History,

    /// <summary>Known because others name it: it has no place in the timeline.</summary>
    Outlier,
}

/// <summary>An event of another server that has passed the checks that need no room: format, signatures, hash.</summary>
/// <param name="Event">The event; its place in the state is found when it is received.</param>
/// <param name="Links">Where it hangs in the graph.</param>
/// <param name="Kind">What it is received as.</param>
public sealed record IncomingEvent(StoredEvent Event, GraphLinks Links, IncomingKind Kind)
{
    /// <summary>
    /// The state before it as another server says, for an event some of whose predecessors are missing; null where it follows from
    /// them. All of it must be stored, or come in the same batch.
    /// </summary>
    public IReadOnlyList<EventId>? StateBefore { get; init; }

    /// <summary>A stored event of the room with the same state before it, for an event some of whose predecessors are missing.</summary>
    public EventId? StateBeforeAs { get; init; }

    /// <summary>Why the room's policy server does not recommend it; null where it does, or has no say. News that it does not recommend are soft-failed.</summary>
    public string? PolicyRefusal { get; init; }

    /// <summary>The event as one that has no place in the timeline: it follows nothing that would have to be known.</summary>
    public IncomingEvent AsOutlier() => this with { Kind = IncomingKind.Outlier, Links = Links with { PrevEvents = [] } };

    /// <summary>Reads an event of a room that passed its checks; null when it is of another room, or names no valid sender.</summary>
    /// <param name="version">The room version.</param>
    /// <param name="roomId">The room that it should be of.</param>
    /// <param name="eventId">Its ID, as computed.</param>
    /// <param name="json">Its canonical form.</param>
    /// <param name="kind">What it is received as.</param>
    public static IncomingEvent? Read(string version, RoomId roomId, EventId eventId, ReadOnlyMemory<byte> json, IncomingKind kind)
    {
        var traits = RoomVersions.Find(version)!;
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var type = Text(root, "type");
        var stateKey = Text(root, "state_key");
        if (type is null || !UserId.TryParse(Text(root, "sender"), out var sender) || !IsOf(root, traits, roomId, eventId, type, stateKey))
            return null;

        var content = root.GetProperty("content");
        var fields = EventFields.Read(JsonMarshal.GetRawUtf8Value(content));
        var redacts = type != "m.room.redaction" ? null : traits.RedactsInContent ? fields.Redacts : Id(root, "redacts");
        var stored = new StoredEvent
        {
            EventId = eventId,
            RoomId = roomId,
            Type = type,
            StateKey = stateKey,
            Sender = sender,
            OriginServerTs = root.TryGetProperty("origin_server_ts", out var ts) && ts.TryGetInt64(out var milliseconds) ? milliseconds : 0,
            Depth = root.TryGetProperty("depth", out var depth) && depth.TryGetInt64(out var value) ? Math.Max(0, value) : 0,
            Json = json,
            Redacts = redacts,
            RelatesTo = kind == IncomingKind.Outlier ? null : fields.RelatesTo,
            RelationType = kind == IncomingKind.Outlier ? null : fields.RelationType,
            Membership = type == "m.room.member" && stateKey is not null ? fields.Membership : null,
        };
        return new IncomingEvent(stored, GraphLinks.Read(json.Span), kind);
    }

    // The create event of a room that is named by its hash does not name the room.
    static bool IsOf(JsonElement root, RoomVersionTraits traits, RoomId roomId, EventId eventId, string type, string? stateKey) =>
        traits.RoomIdIsCreateHash && type == "m.room.create" && stateKey is ""
            ? !root.TryGetProperty("room_id", out _) && eventId.Value.AsSpan(1).SequenceEqual(roomId.Value.AsSpan(1))
            : Text(root, "room_id") == roomId.Value;

    static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static EventId? Id(JsonElement root, string name) => EventId.TryParse(Text(root, name), out var id) ? id : null;
}

/// <summary>What became of an event that was received.</summary>
public enum ReceiptOutcome
{
    /// <summary>It has its place in the timeline, or as an outlier.</summary>
    Accepted,

    /// <summary>It was received before.</summary>
    Known,

    /// <summary>Allowed where it stands, but not by the room as it is now: nobody is shown it (specification, "Soft failure").</summary>
    SoftFailed,

    /// <summary>What authorizes it, or the state before it, does not allow it.</summary>
    Rejected,

    /// <summary>Predecessors, or events that should authorize it, are missing: it is not stored.</summary>
    Incomplete,
}

/// <summary>What became of an event that was received, and why if it was not accepted.</summary>
public sealed record Receipt(EventId EventId, ReceiptOutcome Outcome, string? Reason = null);
