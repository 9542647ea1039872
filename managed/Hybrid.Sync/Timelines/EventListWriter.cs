using System.Text.Json;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;

namespace Hybrid.Sync.Timelines;

/// <summary>Writes the events of a room in the form and with the fields that the filter asks for.</summary>
sealed class EventListWriter(ClientEventFormatter formatter)
{
    /// <summary>Writes <c>state</c> or <c>state_after</c>, and <c>timeline</c>, into an open room object.</summary>
    public async ValueTask WriteAsync(Utf8JsonWriter writer, RoomView view, SyncTurn turn, CancellationToken cancellationToken)
    {
        var prepared = turn.Filter.FederationFormat ? null : await PrepareAsync(view, turn, cancellationToken);
        var fields = turn.Filter.EventFields is { } paths ? EventFieldTree.Parse(paths) : null;

        if (turn.Request.UseStateAfter)
            writer.WriteStartObject(turn.Request.StateAfterName);
        else
            writer.WriteStartObject("state"u8);
        WriteEvents(writer, view.State, prepared, fields);
        writer.WriteEndObject();

        writer.WriteStartObject("timeline"u8);
        WriteEvents(writer, view.Timeline.Events, prepared, fields);
        writer.WriteBoolean("limited"u8, view.Timeline.Limited);
        if (view.Timeline.Events.Count > 0 || view.Timeline.Limited)
            writer.WriteString("prev_batch"u8, PreviousBatch(view.Timeline));
        writer.WriteEndObject();
    }

    // The point before the first event shown.
    static string PreviousBatch(RoomTimeline timeline) =>
        TimelineToken.After(timeline.Events.Count > 0 ? timeline.Events[0].Position - 1 : timeline.Start);

    ValueTask<PreparedEvents> PrepareAsync(RoomView view, SyncTurn turn, CancellationToken cancellationToken)
    {
        var events = view.State.Count == 0 ? view.Timeline.Events : [.. view.State, .. view.Timeline.Events];
        return formatter.PrepareAsync(events, turn.Viewer, cancellationToken);
    }

    static void WriteEvents(Utf8JsonWriter writer, IReadOnlyList<StoredEvent> events, PreparedEvents? prepared, EventFieldTree? fields)
    {
        writer.WriteStartArray("events"u8);
        foreach (var stored in events)
        {
            if (fields is not null)
                WriteFields(writer, stored, prepared, fields);
            else
                WriteEvent(writer, stored, prepared);
        }

        writer.WriteEndArray();
    }

    static void WriteEvent(Utf8JsonWriter writer, StoredEvent stored, PreparedEvents? prepared)
    {
        if (prepared is null)
            writer.WriteRawValue(stored.Json.Span, skipInputValidation: true);
        else
            prepared.Write(writer, stored, withRoomId: false);
    }

    static void WriteFields(Utf8JsonWriter writer, StoredEvent stored, PreparedEvents? prepared, EventFieldTree fields)
    {
        using var buffer = new PooledBuffer();
        using (var whole = new Utf8JsonWriter(buffer, writer.Options))
            WriteEvent(whole, stored, prepared);
        using var document = JsonDocument.Parse(buffer.Written);
        fields.Write(writer, document.RootElement);
    }
}
