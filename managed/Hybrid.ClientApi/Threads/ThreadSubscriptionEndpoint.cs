using System.Text.Json;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Threads;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.Threads;

/// <summary>
/// <c>GET</c>, <c>PUT</c> and <c>DELETE /_matrix/client/unstable/io.element.msc4306/rooms/{roomId}/thread/{threadRootId}/subscription</c>:
/// whether the user follows a thread (MSC4306).
/// </summary>
sealed class ThreadSubscriptionEndpoint(RoomRegistry rooms, IRoomStore store, EventVisibility visibility, IThreadSubscriptionStore subscriptions) : IEndpoint
{
    const string Path = "/_matrix/client/unstable/io.element.msc4306/rooms/{roomId}/thread/{threadRootId}/subscription";
    const string Prefix = "IO.ELEMENT.MSC4306.";
    const int MaxThreads = 10_000;

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("GET", Path, Access.User, RateClass.General),
        new("PUT", Path, Access.User, RateClass.General) { MaxBodyBytes = 4096 },
        new("DELETE", Path, Access.User, RateClass.General),
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var userId = request.Caller.UserId;
        var rootId = request.Path<EventId>("threadRootId");
        var isPut = HttpMethods.IsPut(request.Http.Request.Method);
        var automatic = isPut ? await ReadCauseAsync(request, cancellationToken) : null;
        if (await rooms.FindAsync(request.Path<RoomId>("roomId"), cancellationToken) is not { } room || await FindSeenAsync(room, rootId, userId, cancellationToken) is null)
            return MatrixError.NotFound("There is no such thread, or you cannot see it.");

        if (isPut)
            return await SubscribeAsync(room, rootId, userId, automatic, cancellationToken);
        if (HttpMethods.IsDelete(request.Http.Request.Method))
        {
            await subscriptions.UnsubscribeAsync(userId, room.RoomId, rootId, room.Current.LatestPosition, cancellationToken);
            return Reply.Empty;
        }

        return await subscriptions.FindAsync(userId, room.RoomId, rootId, cancellationToken) is { IsSubscribed: true } found
            ? Reply.Write(writer =>
            {
                writer.WriteStartObject();
                writer.WriteBoolean("automatic"u8, found.IsAutomatic);
                writer.WriteEndObject();
            })
            : MatrixError.NotFound("You do not follow this thread.");
    }

    async ValueTask<Result<Reply>> SubscribeAsync(Room room, EventId rootId, UserId userId, EventId? automatic, CancellationToken cancellationToken)
    {
        long? cause = null;
        if (automatic is { } causeId)
        {
            if (await FindSeenAsync(room, causeId, userId, cancellationToken) is not { } found)
                return MatrixError.NotFound("There is no such event as 'automatic' names, or you cannot see it.");
            if (found.RelationType != "m.thread" || found.RelatesTo != rootId)
                return MatrixError.Of(400, Prefix + "M_NOT_IN_THREAD", "The event that 'automatic' names is not in the thread.");
            cause = found.Position;
        }

        return await subscriptions.SubscribeAsync(userId, room.RoomId, rootId, cause, MaxThreads, cancellationToken) switch
        {
            SubscribeOutcome.Unsubscribed => MatrixError.Of(409, Prefix + "M_CONFLICTING_UNSUBSCRIPTION", "You have unsubscribed since that event."),
            SubscribeOutcome.TooMany => MatrixError.TooLarge($"You have decided about {MaxThreads} threads already."),
            _ => Reply.Empty,
        };
    }

    static async ValueTask<EventId?> ReadCauseAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(await request.ReadObjectAsync(cancellationToken));
        if (!document.RootElement.TryGetProperty("automatic", out var automatic) || automatic.ValueKind == JsonValueKind.Null)
            return null;

        return automatic.ValueKind == JsonValueKind.String && EventId.TryParse(automatic.GetString(), out var eventId)
            ? eventId
            : throw new MatrixException(MatrixError.BadJson("'automatic' must be an event ID."));
    }

    async ValueTask<StoredEvent?> FindSeenAsync(Room room, EventId eventId, UserId userId, CancellationToken cancellationToken) =>
        await store.FindEventAsync(eventId, cancellationToken) is { } found && found.RoomId == room.RoomId
        && await visibility.CanSeeAsync(room.Current, found, userId, cancellationToken)
            ? found
            : null;
}
