using Hybrid.Accounts.Filters;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;

namespace Hybrid.ClientApi.Timeline;

/// <summary><c>GET /_matrix/client/v3/rooms/{roomId}/context/{eventId}</c>: an event, what was said around it, and the state there.</summary>
public sealed class GetContext(
    RoomReading reading, IRoomStore store, EventVisibility visibility, MessagePages pages, LazyMembers members, ClientEventFormatter formatter,
    EventViewers viewers) : IEndpoint
{
    const int DefaultLimit = 10;

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/client/v3/rooms/{roomId}/context/{eventId}", Access.UserOrGuest)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var eventId = request.Path<EventId>("eventId");
        var limit = PageTerms.Limit(request, DefaultLimit);
        var filter = EventFilter.Parse(request.Query("filter"));
        if (!(await reading.OpenAsync(roomId, request.Caller.UserId, cancellationToken)).TryGet(out var view, out var error))
            return error;

        var found = await store.FindEventAsync(eventId, cancellationToken);
        if (found is null || found.RoomId != roomId || await visibility.FindAsync(view.Room, found, request.Caller.UserId, cancellationToken) is not { } stored)
            return MatrixError.NotFound("There is no such event, or you cannot see it.");

        // The event itself was asked for and is shown, whoever sent it.
        var viewer = await viewers.OfAsync(request.Caller, cancellationToken);
        var before = await PageAsync(view, filter, true, limit / 2, stored.Position - 1, viewer, cancellationToken);
        var after = await PageAsync(view, filter, false, limit - (limit / 2), stored.Position, viewer, cancellationToken);
        var first = before.End ?? (before.Events.Count > 0 ? before.Events[^1].Position : stored.Position) - 1;
        var last = after.End ?? (after.Events.Count > 0 ? after.Events[^1].Position : stored.Position);
        var state = await StateAsync(view, filter, [.. before.Events, stored, .. after.Events], cancellationToken);
        var prepared = await formatter.PrepareAsync([.. before.Events, stored, .. after.Events, .. state], viewer, cancellationToken);
        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("start"u8, TimelineToken.After(first));
            writer.WriteString("end"u8, TimelineToken.After(last));
            writer.WritePropertyName("event"u8);
            prepared.Write(writer, stored, withRoomId: true);
            writer.WritePropertyName("events_before"u8);
            prepared.WriteArray(writer, before.Events, withRoomId: true);
            writer.WritePropertyName("events_after"u8);
            prepared.WriteArray(writer, after.Events, withRoomId: true);
            writer.WritePropertyName("state"u8);
            prepared.WriteArray(writer, state, withRoomId: true);
            writer.WriteEndObject();
        });
    }

    async ValueTask<MessagePage> PageAsync(
        RoomView view, EventFilter filter, bool backwards, int limit, long from, EventViewer viewer, CancellationToken cancellationToken) =>
        limit > 0 && filter.AllowsRoom(view.Room.RoomId)
            ? await pages.ReadAsync(view, PageTerms.Query(view.Room.RoomId, filter, backwards, limit), from, null, viewer, cancellationToken)
            : new MessagePage([], null);

    async ValueTask<List<StoredEvent>> StateAsync(
        RoomView view, EventFilter filter, IReadOnlyList<StoredEvent> shown, CancellationToken cancellationToken)
    {
        var state = (await reading.StateAfterAsync(view, shown[^1], cancellationToken)).Where(filter.Allows);
        if (!filter.LazyLoadMembers)
            return [.. state];

        var senders = await members.OfSendersAsync(view, shown, cancellationToken);
        return [.. state.Where(static entry => entry.Type != "m.room.member"), .. senders.Where(filter.Allows)];
    }
}
