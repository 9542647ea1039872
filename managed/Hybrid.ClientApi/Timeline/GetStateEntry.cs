using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Hybrid.Rooms.Timeline;

namespace Hybrid.ClientApi.Timeline;

/// <summary><c>GET /_matrix/client/v3/rooms/{roomId}/state/{eventType}/{stateKey}</c>: the content, or the whole event with <c>format=event</c>.</summary>
public sealed class GetStateEntry(RoomReading reading, ClientEventFormatter formatter) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("GET", "/_matrix/client/v3/rooms/{roomId}/state/{eventType}/{stateKey}", Access.UserOrGuest),
        new("GET", "/_matrix/client/v3/rooms/{roomId}/state/{eventType}", Access.UserOrGuest),
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var format = request.Query("format") ?? "content";
        if (format is not ("content" or "event"))
            return MatrixError.InvalidParam("'format' is neither content nor event.");

        var opened = await reading.OpenAsync(request.Path<RoomId>("roomId"), request.Caller.UserId, cancellationToken);
        if (!opened.TryGet(out var view, out var error))
            return error;

        var stored = await reading.StateEntryAtAsync(
            view, request.Path("eventType"), request.PathOrEmpty("stateKey"), long.MaxValue, cancellationToken);
        if (stored is null)
            return MatrixError.NotFound("The room has no such state.");
        if (format == "content")
            return Reply.Raw(stored.Content());

        var prepared = await formatter.PrepareAsync([stored], new EventViewer(request.Caller.UserId, request.Caller.DeviceId), cancellationToken);
        return Reply.Write(writer => prepared.Write(writer, stored, withRoomId: true));
    }
}
