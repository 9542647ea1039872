using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Rooms;
using Hybrid.Rooms.Aliases;
using Hybrid.Rooms.Membership;

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
        if (!(await names.FindAsync(request, cancellationToken)).TryGet(out var found, out var error))
            return error;

        var terms = new MembershipTerms(body.Reason, IsGuest: request.Caller.IsGuest) { Via = found.Servers };
        if (!(await memberships.JoinAsync(found.RoomId, request.Caller.UserId, terms, cancellationToken)).TryGet(out _, out error))
            return error;

        return Reply.Json(new RoomIdAnswer(found.RoomId), RoomsJson.Default.RoomIdAnswer);
    }
}

/// <summary><c>POST /_matrix/client/v3/knock/{roomIdOrAlias}</c></summary>
public sealed class KnockRoom(MembershipChanges memberships, RoomNameResolver names) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/client/v3/knock/{roomIdOrAlias}", Access.User, RateClass.Membership) { WhileSuspended = false }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(RoomsJson.Default.ReasonBody, cancellationToken);
        if (!(await names.FindAsync(request, cancellationToken)).TryGet(out var found, out var error))
            return error;
        if (!(await memberships.KnockAsync(found.RoomId, request.Caller.UserId, new MembershipTerms(body.Reason) { Via = found.Servers }, cancellationToken)).TryGet(out _, out error))
            return error;

        return Reply.Json(new RoomIdAnswer(found.RoomId), RoomsJson.Default.RoomIdAnswer);
    }
}

/// <summary>Finds the room that a client names by ID or by alias, and servers through which to come in.</summary>
public sealed class RoomNameResolver(RoomAliases aliases)
{
    const int MaxServers = 20;

    /// <summary>The servers that the client names, under the current name of the parameter and the older one; what is no server name is left out.</summary>
    public static IReadOnlyList<ServerName> Via(ApiRequest request) =>
    [
        .. request.QueryAll("via").Concat(request.QueryAll("server_name"))
            .Select(static text => ServerName.TryParse(text, out var server) ? server : default).Where(static server => server != default).Distinct(),
    ];

    /// <summary>
    /// The room of the path, and the servers that the client names, before those that an alias leads to; <c>M_NOT_FOUND</c> for an alias that does not
    /// exist, <c>M_INVALID_PARAM</c> for what is neither.
    /// </summary>
    public async ValueTask<Result<ResolvedAlias>> FindAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!(await FindAsync(request.Path("roomIdOrAlias"), cancellationToken)).TryGet(out var found, out var error))
            return error;

        return found with { Servers = [.. Via(request).Concat(found.Servers).Distinct().Take(MaxServers)] };
    }

    async ValueTask<Result<ResolvedAlias>> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (RoomId.TryParse(name, out var roomId))
            return new ResolvedAlias(roomId, []);

        return RoomAlias.TryParse(name, out var alias)
            ? await aliases.ResolveAsync(alias, cancellationToken)
            : MatrixError.InvalidParam($"'{name}' is neither a room ID nor a room alias.");
    }
}
