using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Rooms;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Sending;
using Hybrid.Storage.Rooms;

namespace Hybrid.ClientApi.Rooms;

/// <summary><c>PUT /_matrix/client/v3/rooms/{roomId}/send/{eventType}/{txnId}</c></summary>
public sealed class SendEvent(EventSending sending, OwnRedactions own) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("PUT", "/_matrix/client/v3/rooms/{roomId}/send/{eventType}/{txnId}", Access.UserOrGuest, RateClass.Message)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var type = request.Path("eventType");
        var caller = request.Caller;
        var content = await request.ReadObjectAsync(cancellationToken);
        var transaction = caller.DeviceId is { } device ? new SendingTransaction(caller.UserId, device, request.Path("txnId")) : null;
        if (type == "m.room.redaction" && EventFields.Read(content.Span).Redacts is { } target)
        {
            if (await own.CheckAsync(caller, target, cancellationToken) is { } refused)
                return refused;

            var redaction = new EventProposal(type, caller.UserId, content) { Transaction = transaction };
            return (await sending.RedactAsync(roomId, target, redaction, cancellationToken)).ToReply();
        }

        if (caller.IsSuspended)
            return MatrixError.UserSuspended();

        var proposal = new EventProposal(type, caller.UserId, content) { Transaction = transaction };
        return (await sending.SendAsync(roomId, proposal, cancellationToken)).ToReply();
    }
}

static class EventIdReply
{
    /// <summary>The answer <c>{"event_id": …}</c>.</summary>
    internal static Result<Reply> ToReply(this Result<EventId> result) =>
        result.TryGet(out var eventId, out var error) ? Reply.Json(new EventIdAnswer(eventId), RoomsJson.Default.EventIdAnswer) : error;
}
