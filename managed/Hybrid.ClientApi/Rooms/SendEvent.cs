using Hybrid.ClientApi.DelayedEvents;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Rooms;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Sending;
using Hybrid.Storage.Rooms;

namespace Hybrid.ClientApi.Rooms;

/// <summary><c>PUT /_matrix/client/v3/rooms/{roomId}/send/{eventType}/{txnId}</c></summary>
public sealed class SendEvent(EventSending sending, OwnRedactions own, DelayedScheduling delays) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("PUT", "/_matrix/client/v3/rooms/{roomId}/send/{eventType}/{txnId}", Access.UserOrGuest, RateClass.Message)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var type = request.Path("eventType");
        var caller = request.Caller;
        var content = await request.ReadObjectAsync(cancellationToken);
        var target = type == "m.room.redaction" ? EventFields.Read(content.Span).Redacts : null;
        if (target is null && caller.IsSuspended)
            return MatrixError.UserSuspended();
        if (target is { } suspect && await own.CheckAsync(caller, suspect, cancellationToken) is { } refused)
            return refused;
        if (await delays.TryScheduleAsync(request, roomId, type, null, content, cancellationToken) is { } scheduled)
            return scheduled;

        var transaction = caller.DeviceId is { } device ? new SendingTransaction(caller.UserId, device, request.Path("txnId")) : null;
        var proposal = new EventProposal(type, caller.UserId, content) { Transaction = transaction, OriginServerTs = AppServiceTime.Of(request) };
        return target is { } redacted
            ? (await sending.RedactAsync(roomId, redacted, proposal, cancellationToken)).ToReply()
            : (await sending.SendAsync(roomId, proposal, cancellationToken)).ToReply();
    }
}

static class EventIdReply
{
    /// <summary>The answer <c>{"event_id": …}</c>.</summary>
    internal static Result<Reply> ToReply(this Result<EventId> result) =>
        result.TryGet(out var eventId, out var error) ? Reply.Json(new EventIdAnswer(eventId), RoomsJson.Default.EventIdAnswer) : error;
}
