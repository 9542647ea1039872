using System.Text.Json;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.FederationApi.RoomData;

/// <summary>Answers that are lists of events, sent piece by piece: the state of a room can be large.</summary>
static class EventsReply
{
    const int PieceBytes = 64 * 1024;

    /// <summary>An object with lists of events.</summary>
    public static Reply Of(params IReadOnlyList<(string Name, IReadOnlyCollection<StoredEvent> Events)> lists) => Write(static _ => { }, lists);

    /// <summary>A transaction of this server's with events.</summary>
    public static Reply Transaction(ServerName origin, DateTimeOffset now, IReadOnlyCollection<StoredEvent> events) => Write(
        writer =>
        {
            writer.WriteString("origin"u8, origin.Value);
            writer.WriteNumber("origin_server_ts"u8, now.ToUnixTimeMilliseconds());
        },
        [("pdus", events)]);

    static Reply Write(Action<Utf8JsonWriter> begin, IReadOnlyList<(string Name, IReadOnlyCollection<StoredEvent> Events)> lists) => Reply.Custom(async (context, cancellationToken) =>
    {
        context.Response.ContentType = "application/json";
        var output = context.Response.BodyWriter;
        await using var writer = new Utf8JsonWriter(output, Reply.WriterOptions);
        writer.WriteStartObject();
        begin(writer);
        foreach (var (name, events) in lists)
        {
            writer.WriteStartArray(name);
            foreach (var stored in events)
            {
                writer.WriteRawValue(stored.Json.Span, skipInputValidation: true);
                if (writer.BytesPending < PieceBytes)
                    continue;

                await writer.FlushAsync(cancellationToken);
                await output.FlushAsync(cancellationToken);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        await writer.FlushAsync(cancellationToken);
    });
}
