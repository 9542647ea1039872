using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;

namespace Hybrid.ClientApi.Timeline;

/// <summary><c>GET /_matrix/client/v3/rooms/{roomId}/members</c></summary>
public sealed class GetMembers(RoomReading reading, IRoomStore store, EventVisibility visibility, ClientEventFormatter formatter) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/rooms/{roomId}/members", Access.UserOrGuest)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var at = TimelineToken.Parse(request.Query("at"));
        var (wanted, unwanted) = (Membership(request, "membership"), Membership(request, "not_membership"));
        if (!(await reading.OpenWithMembersAsync(roomId, request.Caller.UserId, cancellationToken)).TryGet(out var view, out var error))
            return error;
        var point = at ?? long.MaxValue;
        var last = point < view.End ? await FindLastAsync(view, point, cancellationToken) : null;
        if (last is not null && !await visibility.CanSeeAsync(view.Room, last, view.UserId, cancellationToken))
            return MatrixError.Forbidden("You cannot see the members at this point.");

        // Of history no log tells when which state was current.
        var state = last is { Position: < 0 }
            ? await reading.StateAfterAsync(view, last, cancellationToken)
            : await reading.StateAtAsync(view, point, cancellationToken);
        StoredEvent[] members = [.. state.Where(entry => entry.Type == "m.room.member" && IsWanted(entry.Membership))];
        var prepared = await formatter.PrepareAsync(members, new EventViewer(request.Caller.UserId, request.Caller.DeviceId), cancellationToken);
        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WritePropertyName("chunk"u8);
            prepared.WriteArray(writer, members, withRoomId: true);
            writer.WriteEndObject();
        });

        // Given together, the two are alternatives (specification, "GET /rooms/{roomId}/members").
        bool IsWanted(string? membership) =>
            (wanted is null && unwanted is null) || (wanted is not null && membership == wanted) || (unwanted is not null && membership != unwanted);
    }

    static string? Membership(ApiRequest request, string name) => request.Query(name) switch
    {
        null => null,
        "join" or "invite" or "knock" or "leave" or "ban" => request.Query(name),
        _ => throw new MatrixException(MatrixError.InvalidParam($"'{name}' is not a membership.")),
    };

    // The state at a point of the past belongs to the history that visibility guards.
    async ValueTask<StoredEvent?> FindLastAsync(RoomView view, long point, CancellationToken cancellationToken) =>
        (await store.ReadTimelineAsync(new TimelineQuery(view.Room.RoomId, point + 1, null, true, 1), cancellationToken)).Events is [var last, ..] ? last : null;
}
