using Hybrid.ClientApi.DelayedEvents;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Sending;

namespace Hybrid.ClientApi.Rooms;

/// <summary>
/// <c>PUT /_matrix/client/v3/rooms/{roomId}/state/{eventType}/{stateKey}</c>. A member event goes the way of the membership
/// change that it asks for.
/// </summary>
public sealed class SetState(EventSending sending, MemberStateChanges memberships, DelayedScheduling delays, GuestEvictions guests) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("PUT", "/_matrix/client/v3/rooms/{roomId}/state/{eventType}/{stateKey}", Access.UserOrGuest, RateClass.Message),
        new("PUT", "/_matrix/client/v3/rooms/{roomId}/state/{eventType}", Access.UserOrGuest, RateClass.Message),
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var type = request.Path("eventType");
        var stateKey = request.PathOrEmpty("stateKey");
        var content = await request.ReadObjectAsync(cancellationToken);
        // Leaving and rejecting are all that the suspended may do to a room.
        if (request.Caller.IsSuspended && !(type == "m.room.member" && stateKey == request.Caller.UserId.Value && IsLeave(content)))
            return MatrixError.UserSuspended();
        if (await delays.TryScheduleAsync(request, roomId, type, stateKey, content, cancellationToken) is { } scheduled)
            return scheduled;

        var caller = request.Caller;
        if (type == "m.room.member")
            return (await memberships.ApplyAsync(roomId, caller.UserId, caller.IsGuest, stateKey, content, cancellationToken)).ToReply();

        var proposal = new EventProposal(type, caller.UserId, content) { StateKey = stateKey, OriginServerTs = AppServiceTime.Of(request) };
        var sent = await sending.SendAsync(roomId, proposal, cancellationToken);
        if (type == GuestEvictions.EventType && stateKey.Length == 0 && sent.Error is null)
            await guests.RunAsync(roomId, CancellationToken.None);
        return sent.ToReply();
    }

    static bool IsLeave(ReadOnlyMemory<byte> content) => EventFields.Read(content.Span).Membership == "leave";
}
