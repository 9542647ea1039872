using System.Text.Json;
using Hybrid.Storage.DelayedEvents;

namespace Hybrid.ClientApi.DelayedEvents;

/// <summary>Delayed events as clients see them. What was proposed for lists and for single events differs (MSC4140), and clients take each for what it is.</summary>
static class DelayedEventShape
{
    /// <summary>An entry of a list: a scheduled event, or a finalized one with what became of it.</summary>
    public static void WriteEntry(Utf8JsonWriter writer, DelayedEvent delayed)
    {
        writer.WriteStartObject();
        if (delayed.Outcome == DelayedOutcome.Scheduled)
        {
            WriteMembers(writer, delayed);
        }
        else
        {
            writer.WriteStartObject("delayed_event"u8);
            WriteMembers(writer, delayed);
            writer.WriteEndObject();
            WriteOutcome(writer, delayed);
            writer.WriteNumber("origin_server_ts"u8, delayed.FinalizedAt!.Value.ToUnixTimeMilliseconds());
        }

        writer.WriteEndObject();
    }

    /// <summary>One event, with <c>finalised</c> once it is.</summary>
    public static void WriteAlone(Utf8JsonWriter writer, DelayedEvent delayed)
    {
        writer.WriteStartObject();
        WriteMembers(writer, delayed);
        writer.WriteNumber("delay_ms"u8, (long)delayed.Delay.TotalMilliseconds);
        writer.WriteNumber("delayed_since_ts"u8, delayed.RunningSince.ToUnixTimeMilliseconds());
        if (delayed.FinalizedAt is { } time)
        {
            writer.WriteStartObject("finalised"u8);
            WriteOutcome(writer, delayed);
            writer.WriteNumber("finalised_ts"u8, time.ToUnixTimeMilliseconds());
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    static void WriteMembers(Utf8JsonWriter writer, DelayedEvent delayed)
    {
        writer.WriteString("delay_id"u8, delayed.DelayId);
        writer.WriteString("room_id"u8, delayed.RoomId.Value);
        writer.WriteString("type"u8, delayed.Type);
        if (delayed.StateKey is { } stateKey)
            writer.WriteString("state_key"u8, stateKey);
        writer.WriteNumber("delay"u8, (long)delayed.Delay.TotalMilliseconds);
        writer.WriteNumber("running_since"u8, delayed.RunningSince.ToUnixTimeMilliseconds());
        writer.WritePropertyName("content"u8);
        writer.WriteRawValue(delayed.Content.Span, skipInputValidation: true);
    }

    static void WriteOutcome(Utf8JsonWriter writer, DelayedEvent delayed)
    {
        writer.WriteString("outcome"u8, delayed.Outcome == DelayedOutcome.Sent ? "send"u8 : "cancel"u8);
        var error = delayed.Outcome != DelayedOutcome.Sent && delayed.Reason is { } reason && reason != DelayedEvent.ByAction ? reason : null;
        writer.WriteString("reason"u8, error is null ? delayed.Reason : "error");
        if (error is not null)
        {
            var end = error.IndexOf(": ", StringComparison.Ordinal);
            writer.WriteStartObject("error"u8);
            writer.WriteString("errcode"u8, error[..end]);
            writer.WriteString("error"u8, error[(end + 2)..]);
            writer.WriteEndObject();
        }

        if (delayed.EventId is { } eventId)
            writer.WriteString("event_id"u8, eventId.Value);
    }
}
