using System.Text.Json;
using Hybrid.Primitives;

namespace Hybrid.Rooms.Receiving;

/// <summary>Where an event hangs in the graph of its room: what it names as its predecessors, and as what authorizes it.</summary>
/// <param name="PrevEvents"><c>prev_events</c>, in their order.</param>
/// <param name="AuthEvents"><c>auth_events</c>, in their order.</param>
public sealed record GraphLinks(IReadOnlyList<EventId> PrevEvents, IReadOnlyList<EventId> AuthEvents)
{
    /// <summary>Reads the links of an event in either form: IDs, or in room versions 1 and 2 pairs of an ID and hashes.</summary>
    public static GraphLinks Read(ReadOnlySpan<byte> json)
    {
        List<EventId> prevEvents = [], authEvents = [];
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var links = reader.ValueTextEquals("prev_events"u8) ? prevEvents : reader.ValueTextEquals("auth_events"u8) ? authEvents : null;
            reader.Read();
            if (links is not null && reader.TokenType == JsonTokenType.StartArray)
                ReadList(ref reader, links);
            else
                reader.Skip();
        }

        return new GraphLinks(prevEvents, authEvents);
    }

    static void ReadList(ref Utf8JsonReader reader, List<EventId> links)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                reader.Read();
                Add(ref reader, links);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    reader.Skip();
            }
            else
            {
                Add(ref reader, links);
            }
        }
    }

    static void Add(ref Utf8JsonReader reader, List<EventId> links)
    {
        if (reader.TokenType == JsonTokenType.String && EventId.TryParse(reader.GetString(), out var id))
            links.Add(id);
        else
            reader.Skip();
    }
}
