using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;

namespace Hybrid.ClientApi.Timeline;

/// <summary><c>GET /_matrix/client/v1/rooms/{roomId}/timestamp_to_event</c>: the visible event closest to a point in time.</summary>
public sealed class TimestampToEvent(RoomReading reading, ClosestEvents closest) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v1/rooms/{roomId}/timestamp_to_event", Access.UserOrGuest, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var backwards = PageTerms.IsBackwards(request);
        var timestamp = request.QueryInteger("ts") ?? throw new MatrixException(MatrixError.MissingParam("The query parameter 'ts' is missing."));
        var opened = await reading.OpenAsync(request.Path<RoomId>("roomId"), request.Caller.UserId, cancellationToken);
        if (!opened.TryGet(out var view, out var error))
            return error;

        return await closest.FindAsync(view, timestamp, backwards, cancellationToken) is { } found
            ? Answer(found)
            : MatrixError.NotFound("There is no event in this direction that you can see.");
    }

    static Reply Answer(StoredEvent stored) => Reply.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("event_id"u8, stored.EventId.Value);
        writer.WriteNumber("origin_server_ts"u8, stored.OriginServerTs);
        writer.WriteEndObject();
    });
}
