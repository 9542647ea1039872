using Hybrid.Accounts.Filters;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;

namespace Hybrid.ClientApi.Timeline;

/// <summary><c>GET /_matrix/client/v3/rooms/{roomId}/messages</c></summary>
public sealed class GetMessages(RoomReading reading, MessagePages pages, LazyMembers members, ClientEventFormatter formatter, EventViewers viewers) : IEndpoint
{
    const int DefaultLimit = 10;

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/rooms/{roomId}/messages", Access.UserOrGuest)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var backwards = PageTerms.IsBackwards(request);
        var filter = EventFilter.Parse(request.Query("filter"));
        var limit = Math.Min(PageTerms.Limit(request, filter.Limit ?? DefaultLimit), filter.Limit ?? int.MaxValue);
        var (from, to) = (TimelineToken.Parse(request.Query("from")), TimelineToken.Parse(request.Query("to")));
        if (!(await reading.OpenAsync(roomId, request.Caller.UserId, cancellationToken)).TryGet(out var view, out var error))
            return error;

        var viewer = await viewers.OfAsync(request.Caller, cancellationToken);
        var start = from ?? (backwards ? view.End : TimelineQuery.Beginning);
        var page = limit > 0 && filter.AllowsRoom(roomId)
            ? await pages.ReadAsync(view, PageTerms.Query(roomId, filter, backwards, limit), start, to, viewer, cancellationToken)
            : new MessagePage([], null);
        var state = filter.LazyLoadMembers ? await members.OfSendersAsync(view, page.Events, cancellationToken) : [];
        var prepared = await formatter.PrepareAsync([.. page.Events, .. state], viewer, cancellationToken);
        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("start"u8, request.Query("from") ?? TimelineToken.After(start));
            if (page.End is { } end)
                writer.WriteString("end"u8, TimelineToken.After(end));
            writer.WritePropertyName("chunk"u8);
            prepared.WriteArray(writer, page.Events, withRoomId: true);
            if (state.Count > 0)
            {
                writer.WritePropertyName("state"u8);
                prepared.WriteArray(writer, state, withRoomId: true);
            }

            writer.WriteEndObject();
        });
    }
}
