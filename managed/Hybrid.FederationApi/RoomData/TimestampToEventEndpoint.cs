using Hybrid.Federation.Reading;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.FederationApi.RoomData;

/// <summary><c>GET /_matrix/federation/v1/timestamp_to_event/{roomId}</c>: the event closest to a point in time.</summary>
sealed class TimestampToEventEndpoint(RoomReads reads, IRoomStore store) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/federation/v1/timestamp_to_event/{roomId}", Access.Server, RateClass.Federation)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        _ = request.RequiredQuery("ts");
        var timestamp = request.QueryInteger("ts")!.Value;
        var direction = request.RequiredQuery("dir");
        if (direction is not ("f" or "b"))
            return MatrixError.InvalidParam("'dir' must be f or b.");
        if (!(await reads.OpenAsync(request.Origin, request.Path<RoomId>("roomId"), cancellationToken)).TryGet(out var room, out var error))
            return error;
        if (await store.ReadByTimeAsync(room.RoomId, timestamp, direction == "b", skip: 0, limit: 1, cancellationToken) is not [var found])
            return MatrixError.NotFound("There is no event in this direction.");

        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("event_id"u8, found.EventId.Value);
            writer.WriteNumber("origin_server_ts"u8, found.OriginServerTs);
            writer.WriteEndObject();
        });
    }
}
