using System.Text.Json;
using Hybrid.Primitives;

namespace Hybrid.Rooms.Events;

/// <summary>What the log indexes of an event's content, read in one pass.</summary>
public readonly record struct EventFields(string? Membership, EventId? RelatesTo, string? RelationType, EventId? Redacts)
{
    public static EventFields Read(ReadOnlySpan<byte> content)
    {
        var fields = default(EventFields);
        var reader = new Utf8JsonReader(content);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("membership"u8))
                fields = fields with { Membership = ReadString(ref reader) };
            else if (reader.ValueTextEquals("redacts"u8))
                fields = fields with { Redacts = ReadEventId(ref reader) };
            else if (reader.ValueTextEquals("m.relates_to"u8))
                fields = ReadRelation(ref reader, fields);
            else
                Skip(ref reader);
        }

        return fields;
    }

    static EventFields ReadRelation(ref Utf8JsonReader reader, EventFields fields)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return fields;
        }

        EventId? parent = null;
        string? type = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("event_id"u8))
                parent = ReadEventId(ref reader);
            else if (reader.ValueTextEquals("rel_type"u8))
                type = ReadString(ref reader);
            else
                Skip(ref reader);
        }

        // A rich reply alone has no rel_type: it is no relation that servers aggregate.
        return parent is null || type is null ? fields : fields with { RelatesTo = parent, RelationType = type };
    }

    static EventId? ReadEventId(ref Utf8JsonReader reader) => EventId.TryParse(ReadString(ref reader), out var id) ? id : null;

    static string? ReadString(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetString();

        reader.Skip();
        return null;
    }

    static void Skip(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }
}
