using System.Buffers;
using System.Text.Json;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Sending;
using Hybrid.Storage.Rooms;

namespace Hybrid.ClientApi.Rooms;

/// <summary><c>PUT /_matrix/client/v3/rooms/{roomId}/redact/{eventId}/{txnId}</c></summary>
public sealed class RedactEvent(EventSending sending, OwnRedactions own) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("PUT", "/_matrix/client/v3/rooms/{roomId}/redact/{eventId}/{txnId}", Access.User, RateClass.Message)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var target = request.Path<EventId>("eventId");
        var caller = request.Caller;
        var body = await request.ReadObjectAsync(cancellationToken);
        if (await own.CheckAsync(caller, target, cancellationToken) is { } refused)
            return refused;

        var redaction = new EventProposal("m.room.redaction", caller.UserId, Content(body, target))
        {
            Transaction = caller.DeviceId is { } device ? new SendingTransaction(caller.UserId, device, request.Path("txnId")) : null,
        };
        return (await sending.RedactAsync(roomId, target, redaction, cancellationToken)).ToReply();
    }

    // What is redacted stands in the content from room version 11 on; in older rooms it does no harm there.
    static ReadOnlyMemory<byte> Content(ReadOnlyMemory<byte> body, EventId target)
    {
        using var given = JsonDocument.Parse(body);
        var buffer = new ArrayBufferWriter<byte>(body.Length + 96);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var property in given.RootElement.EnumerateObject())
            {
                if (property.Name != "redacts")
                    property.WriteTo(writer);
            }

            writer.WriteString("redacts"u8, target.Value);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
