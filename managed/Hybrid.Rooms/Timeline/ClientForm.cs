using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Timeline;

/// <summary>
/// What clients see of an event whoever looks: the members of the object as bytes, spliced once out of the stored event and
/// kept in <see cref="StoredEvent.Derived"/>, and what was last found around the event.
/// </summary>
sealed class ClientForm
{
    EventContext? _context;

    ClientForm(ReadOnlyMemory<byte> members) => Members = members;

    /// <summary>All members but <c>room_id</c> and <c>unsigned</c>, without the braces.</summary>
    public ReadOnlyMemory<byte> Members { get; }

    /// <summary>The last known surroundings; its <see cref="EventContext.AsOf"/> says whether they still hold.</summary>
    public EventContext? Context
    {
        get => Volatile.Read(ref _context);
        set => Volatile.Write(ref _context, value);
    }

    public static ClientForm Of(StoredEvent stored)
    {
        if (stored.Derived is ClientForm known)
            return known;

        // Two threads may both build it; the bytes are the same, and either may stay.
        var form = new ClientForm(Splice(stored));
        stored.Derived = form;
        return form;
    }

    static ReadOnlyMemory<byte> Splice(StoredEvent stored)
    {
        var json = stored.Json.Span;
        var fields = PduFields.Read(json);
        var isRedaction = stored.Type == "m.room.redaction";
        var contentRedacts = isRedaction ? PduFields.FindString(json[fields.Content], "redacts"u8) : null;
        var redacts = isRedaction ? fields.Redacts ?? contentRedacts : null;

        var target = new ArrayBufferWriter<byte>(json.Length + 128);
        target.Write("\"content\":"u8);
        if (redacts is not null && contentRedacts is null)
            WriteContentWithRedacts(target, json[fields.Content], redacts);
        else
            target.Write(json[fields.Content]);
        target.Write(",\"event_id\":"u8);
        WriteText(target, stored.EventId.Value);
        target.Write(",\"origin_server_ts\":"u8);
        target.Write(json[fields.OriginServerTs]);
        if (redacts is not null)
        {
            target.Write(",\"redacts\":"u8);
            WriteText(target, redacts);
        }

        target.Write(",\"sender\":"u8);
        target.Write(json[fields.Sender]);
        if (stored.IsState)
        {
            target.Write(",\"state_key\":"u8);
            target.Write(json[fields.StateKey]);
        }

        target.Write(",\"type\":"u8);
        target.Write(json[fields.Type]);
        // Not as the buffer, which has room for the signatures too: it is kept.
        return target.WrittenSpan.ToArray();
    }

    // Up to room version 10 the target stands beside the content, from 11 on in it; clients see it in both places
    // (specification, "m.room.redaction").
    static void WriteContentWithRedacts(ArrayBufferWriter<byte> target, ReadOnlySpan<byte> content, string redacts)
    {
        target.Write("{\"redacts\":"u8);
        WriteText(target, redacts);
        var rest = content[1..].TrimStart(" \n\r\t"u8);
        if (rest[0] != (byte)'}')
            target.Write(","u8);
        target.Write(rest);
    }

    static void WriteText(ArrayBufferWriter<byte> target, string text)
    {
        target.Write("\""u8);
        target.Write(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        target.Write("\""u8);
    }
}

/// <summary>Where the members that clients see stand in a stored event.</summary>
struct PduFields
{
    public Range Content;
    public Range OriginServerTs;
    public Range Sender;
    public Range StateKey;
    public Range Type;

    /// <summary>The top-level <c>redacts</c> of room versions up to 10.</summary>
    public string? Redacts;

    public static PduFields Read(ReadOnlySpan<byte> json)
    {
        var fields = default(PduFields);
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            if (name.SequenceEqual("redacts"u8) && reader.TokenType == JsonTokenType.String)
                fields.Redacts = reader.GetString();
            reader.Skip();
            var value = start..(int)reader.BytesConsumed;
            if (name.SequenceEqual("content"u8))
                fields.Content = value;
            else if (name.SequenceEqual("origin_server_ts"u8))
                fields.OriginServerTs = value;
            else if (name.SequenceEqual("sender"u8))
                fields.Sender = value;
            else if (name.SequenceEqual("state_key"u8))
                fields.StateKey = value;
            else if (name.SequenceEqual("type"u8))
                fields.Type = value;
        }

        return fields;
    }

    /// <summary>A string directly in an object, or null.</summary>
    public static string? FindString(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
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
}
