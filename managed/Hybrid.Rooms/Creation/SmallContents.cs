using System.Buffers;
using System.Text.Json;

namespace Hybrid.Rooms.Creation;

/// <summary>Contents of the state events that a new room gets, each a key or two.</summary>
static class SmallContents
{
    public static ReadOnlyMemory<byte> JoinRules(RoomPreset preset) => Single("join_rule", preset == RoomPreset.PublicChat ? "public" : "invite");

    public static ReadOnlyMemory<byte> HistoryVisibility() => Single("history_visibility", "shared");

    public static ReadOnlyMemory<byte> GuestAccess(RoomPreset preset) => Single("guest_access", preset == RoomPreset.PublicChat ? "forbidden" : "can_join");

    public static ReadOnlyMemory<byte> Name(string name) => Single("name", name);

    public static ReadOnlyMemory<byte> CanonicalAlias(string alias) => Single("alias", alias);

    /// <summary>The topic as plain text, and again in the extensible form of <c>m.topic</c>.</summary>
    public static ReadOnlyMemory<byte> Topic(string topic) => Write(writer =>
    {
        writer.WriteString("topic"u8, topic);
        writer.WriteStartObject("m.topic"u8);
        writer.WriteStartArray("m.text"u8);
        writer.WriteStartObject();
        writer.WriteString("body"u8, topic);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    static ReadOnlyMemory<byte> Single(string key, string value) => Write(writer => writer.WriteString(key, value));

    static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
