using Hybrid.Ephemeral.Receipts;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Receipts;
using Hybrid.Rooms;
using Hybrid.Storage.Receipts;

namespace Hybrid.ClientApi.Receipts;

/// <summary><c>POST /_matrix/client/v3/rooms/{roomId}/read_markers</c></summary>
sealed class SetReadMarkers(ReceiptService receipts, RoomRegistry rooms) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_matrix/client/v3/rooms/{roomId}/read_markers", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var markers = await request.ReadJsonAsync(ReceiptsJson.Default.ReadMarkers, cancellationToken);
        if (await rooms.FindAsync(roomId, cancellationToken) is not { } room || !room.Current.IsJoined(request.Caller.UserId))
            return MatrixError.Forbidden("You are not joined to this room.");

        (string Type, EventId? Event)[] wanted =
        [
            (ReceiptTypes.FullyRead, markers.FullyRead), (ReceiptTypes.Read, markers.Read), (ReceiptTypes.ReadPrivate, markers.ReadPrivate),
        ];
        foreach (var (type, marked) in wanted)
        {
            if (marked is not { } eventId)
                continue;

            var result = await receipts.SetAsync(roomId, request.Caller.UserId, type, eventId, null, cancellationToken);
            if (result.Error is { } error)
                return error;
        }

        return Reply.Empty;
    }
}
