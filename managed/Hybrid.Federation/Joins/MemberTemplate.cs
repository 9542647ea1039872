using System.Buffers;
using System.Text.Json;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Events;

namespace Hybrid.Federation.Joins;

/// <summary>A member event that another server has a template of, and that this one signs (<c>make_join</c>, <c>make_leave</c>, <c>make_knock</c>).</summary>
/// <param name="Version">The room version that the other server names.</param>
/// <param name="Event">The sealed event.</param>
sealed record MemberTemplate(string Version, SealedEvent Event)
{
    /// <summary>
    /// Makes the event of an answer; null when the answer is of no use. Of the template only what the room alone can know is taken: where the event hangs in the
    /// graph, and who vouches for a restricted join. What it says is this server's.
    /// </summary>
    public static MemberTemplate? Seal(ReadOnlyMemory<byte> answer, RoomId roomId, UserId userId, ReadOnlySpan<byte> content, ServerIdentity identity, long now)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            var version = document.RootElement.TryGetProperty("room_version", out var named) ? named.GetString() : "1";
            if (version is null || RoomVersions.Find(version) is null)
                return null;

            var template = document.RootElement.GetProperty("event");
            if (template.GetProperty("room_id").GetString() != roomId.Value || template.GetProperty("sender").GetString() != userId.Value
                || template.GetProperty("state_key").GetString() != userId.Value || template.GetProperty("type").GetString() != "m.room.member")
            {
                return null;
            }

            var json = Write(template, roomId, userId, content, now, EventTemplates.ChooseId(RoomVersions.Find(version)!, identity.Name));
            return new MemberTemplate(version, EventCodec.Seal(version, json.Span, identity.Name.Value, identity.Key));
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or NativeException)
        {
            return null;
        }
    }

    static ReadOnlyMemory<byte> Write(
        JsonElement template, RoomId roomId, UserId userId, ReadOnlySpan<byte> content, long now, EventId? chosenId)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("auth_events"u8);
            template.GetProperty("auth_events").WriteTo(writer);
            writer.WritePropertyName("content"u8);
            WriteContent(writer, template, content);
            writer.WritePropertyName("depth"u8);
            template.GetProperty("depth").WriteTo(writer);
            if (chosenId is { } eventId)
                writer.WriteString("event_id"u8, eventId.Value);
            writer.WriteNumber("origin_server_ts"u8, now);
            writer.WritePropertyName("prev_events"u8);
            template.GetProperty("prev_events").WriteTo(writer);
            writer.WriteString("room_id"u8, roomId.Value);
            writer.WriteString("sender"u8, userId.Value);
            writer.WriteString("state_key"u8, userId.Value);
            writer.WriteString("type"u8, "m.room.member"u8);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    static void WriteContent(Utf8JsonWriter writer, JsonElement template, ReadOnlySpan<byte> content)
    {
        const string Voucher = "join_authorised_via_users_server";
        var reader = new Utf8JsonReader(content);
        using var own = JsonDocument.ParseValue(ref reader);
        writer.WriteStartObject();
        foreach (var property in own.RootElement.EnumerateObject())
        {
            if (property.Name != Voucher)
                property.WriteTo(writer);
        }

        if (template.TryGetProperty("content", out var told) && told.ValueKind == JsonValueKind.Object && told.TryGetProperty(Voucher, out var voucher))
        {
            writer.WritePropertyName(Voucher);
            voucher.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}
