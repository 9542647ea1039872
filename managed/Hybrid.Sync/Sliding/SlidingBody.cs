using System.Text.Encodings.Web;
using System.Text.Json;
using Hybrid.Primitives;

namespace Hybrid.Sync.Sliding;

/// <summary>The answer to a sliding sync as it is written, into one pooled buffer.</summary>
sealed class SlidingBody : IDisposable
{
    static readonly JsonWriterOptions Options = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly PooledBuffer _buffer = new();

    public SlidingBody()
    {
        Writer = new Utf8JsonWriter(_buffer, Options);
        Writer.WriteStartObject();
    }

    public Utf8JsonWriter Writer { get; }

    /// <summary>Whether there is anything that is worth ending a wait for.</summary>
    public bool HasNews { get; set; }

    public ReadOnlyMemory<byte> Bytes => _buffer.Written;

    /// <summary>Writes the token and ends the answer.</summary>
    public void Finish(SlidingPosition next)
    {
        Writer.WriteString("pos"u8, next.ToString());
        Writer.WriteEndObject();
        Writer.Flush();
    }

    /// <summary>Starts over.</summary>
    public void Reset()
    {
        _buffer.Reset();
        Writer.Reset(_buffer);
        Writer.WriteStartObject();
        HasNews = false;
    }

    public void Dispose()
    {
        // What the writer still holds has nowhere to go; it must not be flushed into a buffer that is given back.
        Writer.Reset(Stream.Null);
        Writer.Dispose();
        _buffer.Dispose();
    }
}
