using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Hybrid.Http;

/// <summary>What an endpoint answers.</summary>
public abstract class Reply
{
    /// <summary><c>200</c> and <c>{}</c>.</summary>
    public static Reply Empty { get; } = new JsonReply(200, "{}"u8.ToArray());

    /// <summary>An object through its source-generated type information.</summary>
    public static Reply Json<T>(T value, JsonTypeInfo<T> typeInfo, int status = 200) =>
        new JsonReply(status, JsonSerializer.SerializeToUtf8Bytes(value, typeInfo));

    /// <summary>JSON that exists already.</summary>
    public static Reply Raw(ReadOnlyMemory<byte> json, int status = 200) => new JsonReply(status, json);

    /// <summary>JSON written by hand, for answers that splice stored bytes.</summary>
    public static Reply Write(Action<Utf8JsonWriter> write, int status = 200)
    {
        var buffer = new ReplyBuffer();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
            write(writer);
        return new JsonReply(status, buffer.Length, buffer.ToPieces());
    }

    /// <summary>Anything else, such as a file or a redirect.</summary>
    public static Reply Custom(Func<HttpContext, CancellationToken, Task> send) => new CustomReply(send);

    /// <summary>Writer settings for answers: bytes that were checked on the way in are not checked again.</summary>
    public static JsonWriterOptions WriterOptions { get; } = new()
    {
        SkipValidation = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal abstract Task SendAsync(HttpContext context, CancellationToken cancellationToken);

    sealed class JsonReply(int status, long length, IReadOnlyList<ReadOnlyMemory<byte>> pieces) : Reply
    {
        // What the connection has not taken yet is in memory twice.
        const int MaxUnsent = 64 * 1024;

        public JsonReply(int status, ReadOnlyMemory<byte> json)
            : this(status, json.Length, [json])
        {
        }

        internal override async Task SendAsync(HttpContext context, CancellationToken cancellationToken)
        {
            var response = context.Response;
            response.StatusCode = status;
            response.ContentType = "application/json";
            response.ContentLength = length;
            var unsent = 0;
            foreach (var piece in pieces)
            {
                response.BodyWriter.Write(piece.Span);
                unsent += piece.Length;
                if (unsent < MaxUnsent)
                    continue;

                await response.BodyWriter.FlushAsync(cancellationToken);
                unsent = 0;
            }

            await response.BodyWriter.FlushAsync(cancellationToken);
        }
    }

    sealed class CustomReply(Func<HttpContext, CancellationToken, Task> send) : Reply
    {
        internal override Task SendAsync(HttpContext context, CancellationToken cancellationToken) => send(context, cancellationToken);
    }
}
