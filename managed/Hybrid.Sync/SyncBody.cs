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

/// <summary>A piece of an answer, valid until it is sent. Most answers are one piece.</summary>
public readonly record struct SyncPiece(ReadOnlyMemory<byte> Bytes, bool IsFirst, bool IsLast);

/// <summary>
/// An answer as it is written: straight into one pooled buffer, each object opened when its first content comes. Streams
/// write one after the other, rooms by section. A large answer that is sent whatever is in it goes out in pieces.
/// </summary>
sealed class SyncBody : IDisposable
{
    static readonly JsonWriterOptions Options = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Small answers have a length, and an error while they are written is answered as one.
    const int PieceBytes = 128 * 1024;

    readonly PooledBuffer _buffer = new();
    readonly Func<SyncPiece, ValueTask> _send;
    RoomSection _section;
    bool _hasSent;

    public SyncBody(Func<SyncPiece, ValueTask> send)
    {
        _send = send;
        Writer = new Utf8JsonWriter(_buffer, Options);
        Writer.WriteStartObject();
    }

    public Utf8JsonWriter Writer { get; }

    /// <summary>Whether there is anything that is worth ending a wait for.</summary>
    public bool HasNews { get; set; }

    /// <summary>Whether the answer is sent in any case, so that it can begin before it is complete.</summary>
    public bool IsCertain { get; set; }

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

    /// <summary>Sends what is written if that is much. Between rooms and streams: nothing is open but <c>rooms</c> and a section.</summary>
    public async ValueTask SendPieceAsync()
    {
        if (!IsCertain || _buffer.Written.Length + Writer.BytesPending < PieceBytes)
            return;

        Writer.Flush();
        await _send(new SyncPiece(_buffer.Written, !_hasSent, IsLast: false));
        _hasSent = true;
        _buffer.Reset();
    }

    /// <summary>Writes the token, ends the answer and sends it, or what is left of it.</summary>
    public ValueTask FinishAsync(StreamPositions next)
    {
        Writer.WriteString("next_batch"u8, next.ToString());
        Writer.WriteEndObject();
        Writer.Flush();
        return _send(new SyncPiece(_buffer.Written, !_hasSent, IsLast: true));
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
