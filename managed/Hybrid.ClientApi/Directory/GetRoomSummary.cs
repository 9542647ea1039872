using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Directory;
using Hybrid.Rooms;
using Hybrid.Rooms.Aliases;
using Hybrid.Rooms.Directory;

namespace Hybrid.ClientApi.Directory;

/// <summary><c>GET /_matrix/client/v1/room_summary/{roomIdOrAlias}</c>: what a room shows to those who might come in (MSC3266).</summary>
public sealed class GetRoomSummary(RoomAliases aliases, RoomRegistry rooms, RoomPreviews previews) : IEndpoint
{
    // The others are its names before it was stable, which released clients use.
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("GET", "/_matrix/client/v1/room_summary/{roomIdOrAlias}", Access.OptionalUser, RateClass.General),
        new("GET", "/_matrix/client/unstable/im.nheko.summary/summary/{roomIdOrAlias}", Access.OptionalUser, RateClass.General),
        new("GET", "/_matrix/client/unstable/im.nheko.summary/rooms/{roomIdOrAlias}/summary", Access.OptionalUser, RateClass.General),
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!(await ResolveAsync(request.Path("roomIdOrAlias"), cancellationToken)).TryGet(out var roomId, out var error))
            return error;

        var room = (await rooms.FindAsync(roomId, cancellationToken))?.Current;
        var userId = request.CallerOrNull?.UserId;
        if (room is null || !await previews.MayKnowAsync(room, userId, cancellationToken))
            return MatrixError.NotFound("There is no such room, or it does not show itself.");

        return Reply.Json(SummaryShape.Of(RoomSummary.Of(room)) with { Membership = userId is { } one ? room.MembershipOf(one) : null }, DirectoryJson.Default.PublicRoom);
    }

    async ValueTask<Result<RoomId>> ResolveAsync(string text, CancellationToken cancellationToken)
    {
        if (RoomId.TryParse(text, out var roomId))
            return roomId;

        return RoomAlias.TryParse(text, out var alias)
            ? await aliases.ResolveAsync(alias, cancellationToken)
            : MatrixError.InvalidParam("This is neither a room ID nor a room alias.");
    }
}
