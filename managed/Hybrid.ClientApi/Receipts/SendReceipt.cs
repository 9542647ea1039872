using System.Text.Json;
using Hybrid.Ephemeral.Receipts;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms;

namespace Hybrid.ClientApi.Receipts;

/// <summary><c>POST /_matrix/client/v3/rooms/{roomId}/receipt/{receiptType}/{eventId}</c></summary>
sealed class SendReceipt(ReceiptService receipts, RoomRegistry rooms) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_matrix/client/v3/rooms/{roomId}/receipt/{receiptType}/{eventId}", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var eventId = request.Path<EventId>("eventId");
        if (!ReadThread(await request.ReadObjectAsync(cancellationToken)).TryGet(out var thread, out var invalid))
            return invalid;
        if (await rooms.FindAsync(roomId, cancellationToken) is not { } room || !room.Current.IsJoined(request.Caller.UserId))
            return MatrixError.Forbidden("You are not joined to this room.");

        var result = await receipts.SetAsync(roomId, request.Caller.UserId, request.Path("receiptType"), eventId, thread, cancellationToken);
        return result.Error is { } error ? error : Reply.Empty;
    }

    // The specification names M_INVALID_PARAM for a thread_id of another type, where M_BAD_JSON would be the rule.
    static Result<string?> ReadThread(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        if (!document.RootElement.TryGetProperty("thread_id", out var thread))
            return default(Result<string?>);

        return thread.ValueKind == JsonValueKind.String && thread.GetString() is { Length: > 0 } text
            ? text
            : MatrixError.InvalidParam("thread_id must be a non-empty string.");
    }
}
