using System.Text.Json;
using Hybrid.Primitives;

namespace Hybrid.Federation.Events;

/// <summary>Takes lists of events and of IDs out of what another server sent, as the bytes that they came as.</summary>
public static class PduList
{
    /// <summary>The objects of a list directly under the top, as slices of <paramref name="json"/>; none where there is no such list.</summary>
    /// <param name="json">A JSON object.</param>
    /// <param name="name">The name of the list.</param>
    /// <param name="max">How many are taken at most.</param>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static List<ReadOnlyMemory<byte>> Read(ReadOnlyMemory<byte> json, string name, int max)
    {
        var events = new List<ReadOnlyMemory<byte>>();
        var reader = new Utf8JsonReader(json.Span);
        if (!Find(ref reader, name))
            return events;

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            var isObject = reader.TokenType == JsonTokenType.StartObject;
            reader.Skip();
            if (isObject && events.Count < max)
                events.Add(json[start..(int)reader.BytesConsumed]);
        }

        return events;
    }

    /// <summary>The event IDs of a list directly under the top; what is none is left out.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static List<EventId> ReadIds(ReadOnlyMemory<byte> json, string name, int max)
    {
        var ids = new List<EventId>();
        var reader = new Utf8JsonReader(json.Span);
        if (!Find(ref reader, name))
            return ids;

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.String && ids.Count < max && EventId.TryParse(reader.GetString(), out var id))
                ids.Add(id);
            else
                reader.Skip();
        }

        return ids;
    }

    /// <summary>A string directly under the top, or null.</summary>
    public static string? ReadText(ReadOnlySpan<byte> json, string name)
    {
        var reader = new Utf8JsonReader(json);
        return FindValue(ref reader, name) && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
    }

    /// <summary>An integer directly under the top, or null.</summary>
    public static long? ReadInteger(ReadOnlySpan<byte> json, string name)
    {
        var reader = new Utf8JsonReader(json);
        return FindValue(ref reader, name) && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) ? value : null;
    }

    static bool Find(ref Utf8JsonReader reader, string name) => FindValue(ref reader, name) && reader.TokenType == JsonTokenType.StartArray;

    static bool FindValue(ref Utf8JsonReader reader, string name)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return false;

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var wanted = reader.ValueTextEquals(name);
            reader.Read();
            if (wanted)
                return true;
            reader.Skip();
        }

        return false;
    }
}
