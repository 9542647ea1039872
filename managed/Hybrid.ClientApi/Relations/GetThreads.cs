using Hybrid.ClientApi.Timeline;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;

namespace Hybrid.ClientApi.Relations;

/// <summary><c>GET /_matrix/client/v1/rooms/{roomId}/threads</c></summary>
public sealed class GetThreads(RoomReading reading, IRoomStore store, EventVisibility visibility, ClientEventFormatter formatter, EventViewers viewers) : IEndpoint
{
    const int DefaultLimit = 20;

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v1/rooms/{roomId}/threads", Access.UserOrGuest, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var limit = PageTerms.Limit(request, DefaultLimit, least: 1);
        var from = TimelineToken.Parse(request.Query("from"));
        if (request.Query("include") is not (null or "all" or "participated"))
            return MatrixError.InvalidParam("'include' is neither all nor participated.");
        if (!(await reading.OpenAsync(roomId, request.Caller.UserId, cancellationToken)).TryGet(out var view, out var error))
            return error;

        var onlyParticipated = request.Query("include") == "participated";
        var before = (from ?? view.Room.LatestPosition) + 1;
        var viewer = await viewers.OfAsync(request.Caller, cancellationToken);
        var threads = await store.ReadThreadsAsync(roomId, view.UserId, onlyParticipated, viewer.Ignored.In(view.Room), before, limit + 1, cancellationToken);
        long? next = threads.Count > limit ? threads[limit - 1].Latest.Position - 1 : null;
        StoredEvent[] roots = [.. threads.Take(limit).Select(static thread => thread.Root)];
        var seen = await visibility.FilterAsync(view.Room, roots, view.UserId, cancellationToken);
        // A thread that others go on with stays, but not what an ignored user began it with.
        seen = [.. seen.Select(root => viewer.Ignores(root) ? root.Pruned(view.Room.Version) : root)];
        var prepared = await formatter.PrepareAsync(seen, viewer, cancellationToken);
        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WritePropertyName("chunk"u8);
            prepared.WriteArray(writer, seen, withRoomId: true);
            if (next is { } point)
                writer.WriteString("next_batch"u8, TimelineToken.After(point));
            writer.WriteEndObject();
        });
    }
}
