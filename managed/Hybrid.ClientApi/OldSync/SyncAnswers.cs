using System.Buffers;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Sync;

namespace Hybrid.ClientApi.OldSync;

/// <summary>Answers of the sync engine as documents, for the old operations that say the same in another order.</summary>
public sealed class SyncAnswers(SyncEngine engine)
{
    /// <summary>The device of these requests: none. They have no place for messages to devices, which would count as received and be gone.</summary>
    internal static DeviceId? NoDevice => null;

    /// <summary>The answer, which the caller disposes.</summary>
    public async ValueTask<JsonDocument> ReadAsync(SyncRequest request, CancellationToken cancellationToken)
    {
        // The pieces are the engine's again once they are taken.
        var answer = new ArrayBufferWriter<byte>();
        await engine.SyncAsync(
            request,
            piece =>
            {
                answer.Write(piece.Bytes.Span);
                return ValueTask.CompletedTask;
            },
            cancellationToken);
        return JsonDocument.Parse(answer.WrittenMemory);
    }

    /// <summary>The rooms of a section, such as <c>join</c>.</summary>
    internal static IEnumerable<JsonProperty> Rooms(JsonDocument answer, string section) =>
        answer.RootElement.TryGetProperty("rooms", out var rooms) && rooms.TryGetProperty(section, out var entries) ? entries.EnumerateObject() : [];

    /// <summary>The events of a list such as <c>timeline</c> of an object.</summary>
    internal static IEnumerable<JsonElement> Events(JsonElement owner, string list) =>
        owner.TryGetProperty(list, out var found) && found.TryGetProperty("events", out var events) ? events.EnumerateArray() : [];

    /// <summary>Writes an event with the room that it is of.</summary>
    internal static void Write(Utf8JsonWriter writer, JsonElement stored, string roomId)
    {
        writer.WriteStartObject();
        foreach (var member in stored.EnumerateObject())
            member.WriteTo(writer);
        writer.WriteString("room_id"u8, roomId);
        writer.WriteEndObject();
    }

    /// <summary>Writes a list of events.</summary>
    internal static void Write(Utf8JsonWriter writer, string name, IEnumerable<JsonElement> events, string? roomId = null)
    {
        writer.WriteStartArray(name);
        foreach (var stored in events)
        {
            if (roomId is null)
                stored.WriteTo(writer);
            else
                Write(writer, stored, roomId);
        }

        writer.WriteEndArray();
    }
}
