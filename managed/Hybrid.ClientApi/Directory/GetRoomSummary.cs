using Hybrid.ClientApi.Rooms;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Directory;
using Hybrid.Rooms.Aliases;
using Hybrid.Rooms.Directory;

namespace Hybrid.ClientApi.Directory;

/// <summary><c>GET /_matrix/client/v1/room_summary/{roomIdOrAlias}</c>: what a room shows to those who might come in (MSC3266).</summary>
public sealed class GetRoomSummary(RoomAliases aliases, SpaceHierarchy hierarchy) : IEndpoint
{
    const int MaxServers = 20;

    // The others are its names before it was stable, which released clients use.
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("GET", "/_matrix/client/v1/room_summary/{roomIdOrAlias}", Access.OptionalUser, RateClass.General),
        new("GET", "/_matrix/client/unstable/im.nheko.summary/summary/{roomIdOrAlias}", Access.OptionalUser, RateClass.General),
        new("GET", "/_matrix/client/unstable/im.nheko.summary/rooms/{roomIdOrAlias}/summary", Access.OptionalUser, RateClass.General),
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!(await ResolveAsync(request.Path("roomIdOrAlias"), cancellationToken)).TryGet(out var resolved, out var error))
            return error;

        var via = RoomNameResolver.Via(request).Concat(resolved.Servers).Take(MaxServers).ToList();
        if (await hierarchy.FindAsync(resolved.RoomId, request.CallerOrNull?.UserId, via, cancellationToken) is not var (summary, membership))
            return MatrixError.NotFound("There is no such room, or it does not show itself.");

        return Reply.Json(SummaryShape.Of(summary) with { Membership = membership }, DirectoryJson.Default.PublicRoom);
    }

    async ValueTask<Result<ResolvedAlias>> ResolveAsync(string text, CancellationToken cancellationToken)
    {
        if (RoomId.TryParse(text, out var roomId))
            return new ResolvedAlias(roomId, []);

        return RoomAlias.TryParse(text, out var alias)
            ? await aliases.ResolveAsync(alias, cancellationToken)
            : MatrixError.InvalidParam("This is neither a room ID nor a room alias.");
    }
}
