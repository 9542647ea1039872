using System.Buffers;
using System.Text.Json;
using Hybrid.Primitives;

namespace Hybrid.Rooms.Events;

/// <summary>Writes what the native core seals: an event without hashes and signatures (specification, server-server API, "PDUs").</summary>
static class EventTemplate
{
    // The native core canonicalizes and checks; here the bytes only have to say what they say.
    static readonly JsonWriterOptions WriterOptions = new() { SkipValidation = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The template of an event at a place in the graph.</summary>
    /// <param name="proposal">What is sent.</param>
    /// <param name="roomId">Null for a create event whose hash will be the room's ID.</param>
    /// <param name="originServerTs">Milliseconds since the Unix epoch.</param>
    /// <param name="place">Where in the graph; null for finding out which auth events it needs.</param>
    /// <param name="topLevelRedacts">What is redacted, for room versions that say so outside the content.</param>
    /// <param name="chosenId">The event's ID, for room versions in which its server chooses it.</param>
    public static ReadOnlyMemory<byte> Write(
        EventProposal proposal, RoomId? roomId, long originServerTs, GraphPlace? place, EventId? topLevelRedacts, EventId? chosenId = null)
    {
        var buffer = new ArrayBufferWriter<byte>(proposal.Content.Length + 512);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartObject();
            if (place is not null)
            {
                WriteLinks(writer, "auth_events", place.AuthEvents);
                WriteLinks(writer, "prev_events", place.PrevEvents);
                writer.WriteNumber("depth"u8, place.Depth);
                writer.WriteNumber("origin_server_ts"u8, originServerTs);
            }

            if (chosenId is { } eventId)
                writer.WriteString("event_id"u8, eventId.Value);
            writer.WritePropertyName("content"u8);
            writer.WriteRawValue(proposal.Content.Span, skipInputValidation: true);
            if (topLevelRedacts is { } redacts)
                writer.WriteString("redacts"u8, redacts.Value);
            if (roomId is { } room)
                writer.WriteString("room_id"u8, room.Value);
            writer.WriteString("sender"u8, proposal.Sender.Value);
            if (proposal.StateKey is { } stateKey)
                writer.WriteString("state_key"u8, stateKey);
            writer.WriteString("type"u8, proposal.Type);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    static void WriteLinks(Utf8JsonWriter writer, string name, IReadOnlyList<GraphLink> links)
    {
        writer.WriteStartArray(name);
        foreach (var link in links)
        {
            if (link.Hash is not { } hash)
            {
                writer.WriteStringValue(link.EventId.Value);
                continue;
            }

            writer.WriteStartArray();
            writer.WriteStringValue(link.EventId.Value);
            writer.WriteStartObject();
            writer.WriteString("sha256"u8, hash);
            writer.WriteEndObject();
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }
}

/// <summary>Where an event stands in the graph of its room.</summary>
sealed record GraphPlace(IReadOnlyList<GraphLink> AuthEvents, IReadOnlyList<GraphLink> PrevEvents, long Depth)
{
    // The largest integer of canonical JSON.
    const long MaxDepth = (1L << 53) - 1;

    /// <summary>
    /// The depth of an event after others, one more than the greatest of theirs. A peer may have given an event the greatest that there is: what follows has
    /// it too, as on other servers, or nothing could.
    /// </summary>
    public static long DepthAfter(long greatest) => Math.Min(greatest, MaxDepth - 1) + 1;
}

/// <summary>An event that another names.</summary>
/// <param name="EventId">Its ID.</param>
/// <param name="Hash">Its reference hash in base64, in room versions 1 and 2, where the ID does not say it; null in others.</param>
readonly record struct GraphLink(EventId EventId, string? Hash = null);
