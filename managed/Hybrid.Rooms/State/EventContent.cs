using System.Text.Json;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.State;

/// <summary>Reads single fields out of an event's bytes without building a document of it.</summary>
public static class EventContent
{
    /// <summary>The raw bytes of <c>content</c>; <c>{}</c> when there is none.</summary>
    public static ReadOnlyMemory<byte> Content(this StoredEvent stored)
    {
        var reader = new Utf8JsonReader(stored.Json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var wanted = reader.ValueTextEquals("content"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (wanted)
                return stored.Json[start..(int)reader.BytesConsumed];
        }

        return "{}"u8.ToArray();
    }

    /// <summary>A string directly under <c>content</c>, or null when it is absent or of another type.</summary>
    public static string? ContentString(this StoredEvent stored, string name)
    {
        var reader = new Utf8JsonReader(stored.Content().Span);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var wanted = reader.ValueTextEquals(name);
            reader.Read();
            if (wanted)
                return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            reader.Skip();
        }

        return null;
    }

    /// <summary>The event as it is once redacted.</summary>
    public static StoredEvent Redacted(this StoredEvent stored, AppliedRedaction redaction) =>
        WithJson(stored, redaction.RedactedJson, redaction.RedactedBy);

    /// <summary>The event without what redaction would take away, for a viewer who is not to see it; it is not redacted.</summary>
    public static StoredEvent Pruned(this StoredEvent stored, string roomVersion) =>
        WithJson(stored, EventCodec.Redact(roomVersion, stored.Json.Span), stored.RedactedBy);

    static StoredEvent WithJson(StoredEvent stored, ReadOnlyMemory<byte> json, EventId? redactedBy) => new()
    {
        Position = stored.Position,
        Number = stored.Number,
        StateBefore = stored.StateBefore,
        EventId = stored.EventId,
        RoomId = stored.RoomId,
        Type = stored.Type,
        StateKey = stored.StateKey,
        Sender = stored.Sender,
        OriginServerTs = stored.OriginServerTs,
        Depth = stored.Depth,
        Json = json,
        ReplacesState = stored.ReplacesState,
        RedactedBy = redactedBy,
        Membership = stored.Membership,
        Transaction = stored.Transaction,
    };
}
