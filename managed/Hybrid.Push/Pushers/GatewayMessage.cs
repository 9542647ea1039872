using System.Buffers;
using System.Text.Json;
using Hybrid.Rooms.State;
using Hybrid.Storage.Push;
using Hybrid.Storage.Rooms;

namespace Hybrid.Push.Pushers;

/// <summary>What a push gateway is told (specification, push gateway API, <c>POST /_matrix/push/v1/notify</c>).</summary>
static class GatewayMessage
{
    /// <summary>An event; only its ID when the pusher asks for that (<c>event_id_only</c>).</summary>
    public static byte[] Event(Pusher pusher, StoredEvent stored, RoomSnapshot room, PushActions actions, long unread)
    {
        using var data = JsonDocument.Parse(pusher.Data);
        var full = !(data.RootElement.TryGetProperty("format", out var format) && format.ValueKind == JsonValueKind.String && format.ValueEquals("event_id_only"));
        return Write(writer =>
        {
            writer.WriteString("event_id"u8, stored.EventId.Value);
            writer.WriteString("room_id"u8, stored.RoomId.Value);
            writer.WriteString("prio"u8, stored.Type == "m.room.encrypted" || actions.IsUrgent ? "high"u8 : "low"u8);
            if (full)
                WriteDetails(writer, pusher, stored, room);
            WriteCounts(writer, unread);
            WriteDevice(writer, pusher, data.RootElement, actions);
        });
    }

    /// <summary>The count alone.</summary>
    public static byte[] Badge(Pusher pusher, long unread)
    {
        using var data = JsonDocument.Parse(pusher.Data);
        return Write(writer =>
        {
            WriteCounts(writer, unread);
            WriteDevice(writer, pusher, data.RootElement, null);
        });
    }

    static void WriteDetails(Utf8JsonWriter writer, Pusher pusher, StoredEvent stored, RoomSnapshot room)
    {
        writer.WriteString("type"u8, stored.Type);
        writer.WriteString("sender"u8, stored.Sender.Value);
        if (room.Find("m.room.member", stored.Sender.Value)?.ContentString("displayname") is { Length: > 0 } sender)
            writer.WriteString("sender_display_name"u8, sender);
        if (room.Find("m.room.name")?.ContentString("name") is { Length: > 0 } name)
            writer.WriteString("room_name"u8, name);
        if (room.Find("m.room.canonical_alias")?.ContentString("alias") is { Length: > 0 } alias)
            writer.WriteString("room_alias"u8, alias);
        if (stored.Type == "m.room.member")
            writer.WriteBoolean("user_is_target"u8, stored.StateKey == pusher.UserId.Value);
        writer.WritePropertyName("content"u8);
        writer.WriteRawValue(stored.Content().Span, skipInputValidation: true);
    }

    // A gateway takes a count that is missing for zero; told as zero it is clear to every application.
    static void WriteCounts(Utf8JsonWriter writer, long unread)
    {
        writer.WriteStartObject("counts"u8);
        writer.WriteNumber("unread"u8, unread);
        writer.WriteEndObject();
    }

    static void WriteDevice(Utf8JsonWriter writer, Pusher pusher, JsonElement data, PushActions? actions)
    {
        writer.WriteStartArray("devices"u8);
        writer.WriteStartObject();
        writer.WriteString("app_id"u8, pusher.AppId);
        writer.WriteString("pushkey"u8, pusher.PushKey);
        writer.WriteNumber("pushkey_ts"u8, pusher.UpdatedAt.ToUnixTimeSeconds());
        writer.WriteStartObject("data"u8);
        foreach (var entry in data.EnumerateObject())
        {
            if (!entry.NameEquals("url"u8))
                entry.WriteTo(writer);
        }

        writer.WriteEndObject();
        if (actions is not null)
        {
            writer.WriteStartObject("tweaks"u8);
            foreach (var (name, value) in actions.Tweaks)
            {
                writer.WritePropertyName(name);
                writer.WriteRawValue(value);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("notification"u8);
            write(writer);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
