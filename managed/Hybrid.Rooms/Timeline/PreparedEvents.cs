using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Timeline;

/// <summary>Events that are ready to be written for one viewer. Made by <see cref="ClientEventFormatter.PrepareAsync"/>.</summary>
public sealed class PreparedEvents
{
    static readonly JsonWriterOptions Splicing = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly Dictionary<StoredEvent, EventView> _views;
    readonly EventViewer _viewer;
    readonly long _now;

    internal PreparedEvents(Dictionary<StoredEvent, EventView> views, EventViewer viewer, long now)
    {
        _views = views;
        _viewer = viewer;
        _now = now;
    }

    /// <summary>
    /// Writes one of the prepared events as a JSON object. Fastest with a writer that skips validation, into which stored
    /// bytes are spliced as they are.
    /// </summary>
    /// <param name="writer">Where to.</param>
    /// <param name="stored">One of the events that were prepared, the same object.</param>
    /// <param name="withRoomId">Whether the object names its room; <c>/sync</c> leaves it out.</param>
    public void Write(Utf8JsonWriter writer, StoredEvent stored, bool withRoomId)
    {
        var view = _views[stored];
        if (writer.Options.SkipValidation)
        {
            Write(writer, view, withRoomId);
            return;
        }

        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var splicing = new Utf8JsonWriter(buffer, Splicing))
            Write(splicing, view, withRoomId);
        writer.WriteRawValue(buffer.WrittenSpan, skipInputValidation: true);
    }

    /// <summary>Writes events as a JSON array.</summary>
    public void WriteArray(Utf8JsonWriter writer, IEnumerable<StoredEvent> events, bool withRoomId)
    {
        writer.WriteStartArray();
        foreach (var stored in events)
            Write(writer, stored, withRoomId);
        writer.WriteEndArray();
    }

    void Write(Utf8JsonWriter writer, EventView view, bool withRoomId)
    {
        var stored = view.Event;
        writer.WriteStartObject();
        writer.WriteRawValue(ClientForm.Of(stored).Members.Span, skipInputValidation: true);
        if (withRoomId)
            writer.WriteString("room_id"u8, stored.RoomId.Value);
        writer.WriteStartObject("unsigned"u8);
        writer.WriteNumber("age"u8, _now - stored.OriginServerTs);
        writer.WriteString("membership"u8, view.Membership);
        WritePrevious(writer, view);
        if (view.Redaction is { } redaction)
        {
            writer.WritePropertyName("redacted_because"u8);
            Write(writer, redaction, withRoomId);
        }

        if (stored.Transaction is { } transaction && transaction.UserId == _viewer.UserId && transaction.DeviceId == _viewer.DeviceId)
            writer.WriteString("transaction_id"u8, transaction.TransactionId);
        if (view.HasRelations)
            WriteRelations(writer, view, withRoomId);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    static void WritePrevious(Utf8JsonWriter writer, EventView view)
    {
        if (view.Event.ReplacesState is { } replaced)
            writer.WriteString("replaces_state"u8, replaced.Value);
        if (view.Previous is not { } previous)
            return;

        writer.WritePropertyName("prev_content"u8);
        writer.WriteRawValue(previous.Content().Span, skipInputValidation: true);
        writer.WriteString("prev_sender"u8, previous.Sender.Value);
    }

    void WriteRelations(Utf8JsonWriter writer, EventView view, bool withRoomId)
    {
        writer.WriteStartObject("m.relations"u8);
        if (view.Replacement is { } replacement)
        {
            writer.WritePropertyName("m.replace"u8);
            Write(writer, replacement, withRoomId);
        }

        if (view.LatestReply is { } reply)
        {
            writer.WriteStartObject("m.thread"u8);
            writer.WriteNumber("count"u8, view.ThreadCount);
            writer.WriteBoolean("current_user_participated"u8, view.Participated);
            writer.WritePropertyName("latest_event"u8);
            Write(writer, reply, withRoomId);
            writer.WriteEndObject();
        }

        if (view.References.Count > 0)
            WriteReferences(writer, view.References);
        writer.WriteEndObject();
    }

    static void WriteReferences(Utf8JsonWriter writer, IReadOnlyList<EventId> references)
    {
        writer.WriteStartObject("m.reference"u8);
        writer.WriteStartArray("chunk"u8);
        foreach (var reference in references)
        {
            writer.WriteStartObject();
            writer.WriteString("event_id"u8, reference.Value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}

/// <summary>One event as one viewer sees it: with what is around it that the viewer may see too.</summary>
sealed class EventView(StoredEvent stored, string membership)
{
    public StoredEvent Event { get; } = stored;

    /// <summary>The viewer's membership at the event (MSC4115).</summary>
    public string Membership { get; } = membership;

    public StoredEvent? Previous { get; init; }

    public EventView? Redaction { get; init; }

    public EventView? Replacement { get; init; }

    public EventView? LatestReply { get; init; }

    public int ThreadCount { get; init; }

    public bool Participated { get; init; }

    public IReadOnlyList<EventId> References { get; init; } = [];

    public bool HasRelations => Replacement is not null || LatestReply is not null || References.Count > 0;
}
