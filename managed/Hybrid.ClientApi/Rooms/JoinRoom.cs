using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Rooms;
using Hybrid.Rooms.Membership;
using Hybrid.Storage.Rooms;

namespace Hybrid.ClientApi.Rooms;

/// <summary><c>POST /_matrix/client/v3/join/{roomIdOrAlias}</c> and <c>POST /_matrix/client/v3/rooms/{roomId}/join</c></summary>
public sealed class JoinRoom(MembershipChanges memberships, RoomNameResolver names) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("POST", "/_matrix/client/v3/join/{roomIdOrAlias}", Access.UserOrGuest, RateClass.Membership) { WhileSuspended = false },
        new("POST", "/_matrix/client/v3/rooms/{roomIdOrAlias}/join", Access.UserOrGuest, RateClass.Membership) { WhileSuspended = false },
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(RoomsJson.Default.ReasonBody, cancellationToken);
        if (!(await names.ResolveAsync(request.Path("roomIdOrAlias"), cancellationToken)).TryGet(out var roomId, out var error))
            return error;

        var terms = new MembershipTerms(body.Reason, IsGuest: request.Caller.IsGuest) { Via = RoomNameResolver.Via(request) };
        if (!(await memberships.JoinAsync(roomId, request.Caller.UserId, terms, cancellationToken)).TryGet(out _, out error))
            return error;

        return Reply.Json(new RoomIdAnswer(roomId), RoomsJson.Default.RoomIdAnswer);
    }
}

/// <summary><c>POST /_matrix/client/v3/knock/{roomIdOrAlias}</c></summary>
public sealed class KnockRoom(MembershipChanges memberships, RoomNameResolver names) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/client/v3/knock/{roomIdOrAlias}", Access.User, RateClass.Membership) { WhileSuspended = false }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(RoomsJson.Default.ReasonBody, cancellationToken);
        if (!(await names.ResolveAsync(request.Path("roomIdOrAlias"), cancellationToken)).TryGet(out var roomId, out var error))
            return error;
        if (!(await memberships.KnockAsync(roomId, request.Caller.UserId, new MembershipTerms(body.Reason) { Via = RoomNameResolver.Via(request) }, cancellationToken)).TryGet(out _, out error))
            return error;

        return Reply.Json(new RoomIdAnswer(roomId), RoomsJson.Default.RoomIdAnswer);
    }
}

/// <summary>Finds the room that a client names by ID or by alias.</summary>
public sealed class RoomNameResolver(IAliasStore aliases)
{
    /// <summary>The servers that the client names, under the current name of the parameter and the older one; what is no server name is left out.</summary>
    public static IReadOnlyList<ServerName> Via(ApiRequest request) =>
    [
        .. request.QueryAll("via").Concat(request.QueryAll("server_name"))
            .Select(static text => ServerName.TryParse(text, out var server) ? server : default).Where(static server => server != default).Distinct(),
    ];

    /// <summary>The room's ID; <c>M_NOT_FOUND</c> for an alias that does not exist, <c>M_INVALID_PARAM</c> for what is neither.</summary>
    public async ValueTask<Result<RoomId>> ResolveAsync(string name, CancellationToken cancellationToken)
    {
        if (RoomId.TryParse(name, out var roomId))
            return roomId;
        if (!RoomAlias.TryParse(name, out var alias))
            return MatrixError.InvalidParam($"'{name}' is neither a room ID nor a room alias.");

        return await aliases.FindAsync(alias, cancellationToken) is { } found ? found.RoomId : MatrixError.NotFound($"The alias {alias} does not exist.");
    }
}
