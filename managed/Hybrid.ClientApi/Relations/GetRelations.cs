using Hybrid.ClientApi.Timeline;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;

namespace Hybrid.ClientApi.Relations;

/// <summary><c>GET /_matrix/client/v1/rooms/{roomId}/relations/{eventId}/{relType}/{eventType}</c>, the last two optional.</summary>
public sealed class GetRelations(RoomRegistry rooms, IRoomStore store, EventVisibility visibility, ClientEventFormatter formatter, EventViewers viewers) : IEndpoint
{
    const int DefaultLimit = 20;

    // At least three levels are asked of servers.
    const int RecursionDepth = 3;

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("GET", "/_matrix/client/v1/rooms/{roomId}/relations/{eventId}", Access.UserOrGuest),
        new("GET", "/_matrix/client/v1/rooms/{roomId}/relations/{eventId}/{relType}", Access.UserOrGuest),
        new("GET", "/_matrix/client/v1/rooms/{roomId}/relations/{eventId}/{relType}/{eventType}", Access.UserOrGuest),
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var backwards = PageTerms.IsBackwards(request, otherwise: "b");
        var recurse = request.QueryBoolean("recurse");
        var (from, to) = (TimelineToken.Parse(request.Query("from")), TimelineToken.Parse(request.Query("to")));
        var limit = PageTerms.Limit(request, DefaultLimit, least: 1);
        var parent = await store.FindEventAsync(request.Path<EventId>("eventId"), cancellationToken);
        var room = await rooms.FindAsync(request.Path<RoomId>("roomId"), cancellationToken);
        if (room is null || parent is null || parent.RoomId != room.RoomId
            || !await visibility.CanSeeAsync(room.Current, parent, request.Caller.UserId, cancellationToken))
        {
            return MatrixError.NotFound("There is no such event, or you cannot see it.");
        }

        var start = backwards ? (from ?? room.Current.LatestPosition) + 1 : from ?? TimelineQuery.Beginning;
        var query = new RelationQuery(parent.EventId, Optional(request, "relType"), Optional(request, "eventType"), start, to, backwards, limit)
        {
            Depth = recurse == true ? RecursionDepth : 1,
        };
        var page = await store.ReadRelationsAsync(query, cancellationToken);
        var viewer = await viewers.OfAsync(request.Caller, cancellationToken);
        var seen = await visibility.FilterAsync(
            room.Current, [.. page.Events.Where(stored => !viewer.Ignores(stored))], request.Caller.UserId, cancellationToken);
        var prepared = await formatter.PrepareAsync(seen, viewer, cancellationToken);
        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WritePropertyName("chunk"u8);
            prepared.WriteArray(writer, seen, withRoomId: true);
            if (page.Next is { } next)
                writer.WriteString("next_batch"u8, TimelineToken.After(backwards ? next - 1 : next));
            if (request.Query("from") is { } previous)
                writer.WriteString("prev_batch"u8, previous);
            if (recurse is not null)
                writer.WriteNumber("recursion_depth"u8, query.Depth);
            writer.WriteEndObject();
        });
    }

    static string? Optional(ApiRequest request, string name) => request.PathOrEmpty(name) is { Length: > 0 } value ? value : null;
}
