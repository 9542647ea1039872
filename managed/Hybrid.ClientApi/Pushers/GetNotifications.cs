using System.Globalization;
using Hybrid.ClientApi.Timeline;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Push.Pushers;
using Hybrid.Push.Unread;
using Hybrid.Rooms;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;

namespace Hybrid.ClientApi.Pushers;

/// <summary><c>GET /_matrix/client/v3/notifications</c></summary>
sealed class GetNotifications(
    IUnreadEvents unread, MembershipIndex index, RoomRegistry rooms, IRoomStore log, EventVisibility visibility, PushActionReader actions,
    ClientEventFormatter formatter, EventViewers viewers) : IEndpoint
{
    const int DefaultLimit = 50;
    const int MaxLimit = 100;

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/notifications", Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var limit = request.QueryInteger("limit") ?? DefaultLimit;
        if (limit < 1)
            return MatrixError.InvalidParam("'limit' must be at least 1.");
        if (ReadToken(request.Query("from")) is not { } before)
            return MatrixError.InvalidParam("'from' is not a token of this list.");

        var userId = request.Caller.UserId;
        var joined = (await index.OfAsync(userId, cancellationToken)).Where(static entry => entry.Value.Membership == "join").Select(static entry => entry.Key);
        var (found, next) = await unread.ListAsync(
            userId, joined.ToHashSet(), request.Query("only") == "highlight", before, (int)Math.Min(limit, MaxLimit), cancellationToken);
        var viewer = await viewers.OfAsync(request.Caller, cancellationToken);
        var shown = new List<(UserNotification Notification, StoredEvent Event, PushActions Actions)>();
        foreach (var notification in found)
        {
            if (await FindAsync(notification, viewer, cancellationToken) is { } seen)
                shown.Add((notification, seen.Event, seen.Actions));
        }

        var prepared = await formatter.PrepareAsync([.. shown.Select(static entry => entry.Event)], viewer, cancellationToken);
        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("notifications"u8);
            foreach (var (notification, stored, own) in shown)
            {
                writer.WriteStartObject();
                writer.WritePropertyName("actions"u8);
                writer.WriteRawValue(own.Json, skipInputValidation: true);
                writer.WritePropertyName("event"u8);
                prepared.Write(writer, stored, withRoomId: false);
                writer.WriteBoolean("read"u8, notification.IsRead);
                writer.WriteString("room_id"u8, stored.RoomId.Value);
                writer.WriteNumber("ts"u8, stored.OriginServerTs);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            if (next is { } position)
                writer.WriteString("next_token"u8, string.Create(CultureInfo.InvariantCulture, $"n{position}"));
            writer.WriteEndObject();
        });
    }

    static long? ReadToken(string? token)
    {
        if (token is null)
            return long.MaxValue;

        return token.StartsWith('n') && long.TryParse(token.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var before) ? before : null;
    }

    async ValueTask<(StoredEvent Event, PushActions Actions)?> FindAsync(
        UserNotification notification, EventViewer viewer, CancellationToken cancellationToken)
    {
        var page = await log.ReadTimelineAsync(
            new TimelineQuery(notification.RoomId, notification.Position - 1, notification.Position, Backwards: false, 1), cancellationToken);
        if (page.Events is not [var stored] || viewer.Ignores(stored) || await rooms.FindAsync(notification.RoomId, cancellationToken) is not { Current: var room }
            || await visibility.FindAsync(room, stored, viewer.UserId, cancellationToken) is not { } seen)
        {
            return null;
        }

        return (seen, await actions.OfAsync(viewer.UserId, stored, room, cancellationToken));
    }
}
