using System.Text.Encodings.Web;
using System.Text.Json;
using Hybrid.Primitives;

namespace Hybrid.Sync;

/// <summary>The parts of <c>rooms</c> in an answer.</summary>
enum RoomSection
{
    None,
    Join,
    Invite,
    Knock,
    Leave,
}

/// <summary>
/// An answer as it is written: straight into one pooled buffer, each object opened when its first content comes. Streams
/// write one after the other, rooms by section.
/// </summary>
sealed class SyncBody : IDisposable
{
    static readonly JsonWriterOptions Options = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly PooledBuffer _buffer = new();
    RoomSection _section;

    public SyncBody()
    {
        Writer = new Utf8JsonWriter(_buffer, Options);
        Writer.WriteStartObject();
    }

    public Utf8JsonWriter Writer { get; }

    /// <summary>Whether there is anything that is worth ending a wait for.</summary>
    public bool HasNews { get; set; }

    public ReadOnlyMemory<byte> Bytes => _buffer.Written;

    /// <summary>Opens the object of a room; the caller closes it. Rooms of one section come together.</summary>
    public Utf8JsonWriter OpenRoom(RoomSection section, RoomId roomId)
    {
        HasNews = true;
        if (_section != section)
        {
            if (_section == RoomSection.None)
                Writer.WriteStartObject("rooms"u8);
            else
                Writer.WriteEndObject();
            Writer.WriteStartObject(NameOf(section));
            _section = section;
        }

        Writer.WriteStartObject(roomId.Value);
        return Writer;
    }

    /// <summary>Ends the rooms; nothing to do when there were none.</summary>
    public void CloseRooms()
    {
        if (_section == RoomSection.None)
            return;

        Writer.WriteEndObject();
        Writer.WriteEndObject();
        _section = RoomSection.None;
    }

    /// <summary>Writes the token and ends the answer.</summary>
    public void Finish(StreamPositions next)
    {
        Writer.WriteString("next_batch"u8, next.ToString());
        Writer.WriteEndObject();
        Writer.Flush();
    }

    /// <summary>Starts over.</summary>
    public void Reset()
    {
        _buffer.Reset();
        Writer.Reset(_buffer);
        Writer.WriteStartObject();
        _section = RoomSection.None;
        HasNews = false;
    }

    public void Dispose()
    {
        // What the writer still holds has nowhere to go; it must not be flushed into a buffer that is given back.
        Writer.Reset(Stream.Null);
        Writer.Dispose();
        _buffer.Dispose();
    }

    static ReadOnlySpan<byte> NameOf(RoomSection section) => section switch
    {
        RoomSection.Join => "join"u8,
        RoomSection.Invite => "invite"u8,
        RoomSection.Knock => "knock"u8,
        _ => "leave"u8,
    };
}
