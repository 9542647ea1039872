using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Directory;
using Hybrid.Rooms;
using Hybrid.Rooms.Aliases;
using Hybrid.Rooms.Directory;
using Hybrid.Rooms.State;

namespace Hybrid.ClientApi.Directory;

/// <summary><c>GET /_matrix/client/v1/room_summary/{roomIdOrAlias}</c>: what a room shows to those who might come in (MSC3266).</summary>
public sealed class GetRoomSummary(RoomAliases aliases, RoomRegistry rooms) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/client/v1/room_summary/{roomIdOrAlias}", Access.OptionalUser, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!(await ResolveAsync(request.Path("roomIdOrAlias"), cancellationToken)).TryGet(out var roomId, out var error))
            return error;

        var room = (await rooms.FindAsync(roomId, cancellationToken))?.Current;
        var membership = request.CallerOrNull is { } caller ? room?.MembershipOf(caller.UserId) : null;
        if (room is null || !MayKnow(room, membership))
            return MatrixError.NotFound("There is no such room, or it does not show itself.");

        return Reply.Json(SummaryShape.Of(RoomSummary.Of(room)) with { Membership = membership }, DirectoryJson.Default.PublicRoom);
    }

    static bool MayKnow(RoomSnapshot room, string? membership) =>
        membership is "join" or "invite" or "knock"
        || room.HistoryVisibility == HistoryVisibility.WorldReadable
        || room.JoinRule is "public" or "knock" or "knock_restricted";

    async ValueTask<Result<RoomId>> ResolveAsync(string text, CancellationToken cancellationToken)
    {
        if (RoomId.TryParse(text, out var roomId))
            return roomId;

        return RoomAlias.TryParse(text, out var alias)
            ? await aliases.ResolveAsync(alias, cancellationToken)
            : MatrixError.InvalidParam("This is neither a room ID nor a room alias.");
    }
}
