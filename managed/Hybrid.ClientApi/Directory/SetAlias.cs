using Hybrid.AppServices;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Directory;
using Hybrid.Rooms.Aliases;

namespace Hybrid.ClientApi.Directory;

/// <summary><c>PUT /_matrix/client/v3/directory/room/{roomAlias}</c></summary>
public sealed class SetAlias(RoomAliases aliases, AppServiceDirectory services) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("PUT", "/_matrix/client/v3/directory/room/{roomAlias}", Access.User, RateClass.General) { WhileSuspended = false }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var alias = request.Path<RoomAlias>("roomAlias");
        var body = await request.ReadJsonAsync(DirectoryJson.Default.AliasTarget, cancellationToken);
        if (services.CheckAlias(alias, request.Caller.AppServiceId) is { } exclusive)
            return exclusive;

        var added = await aliases.AddAsync(alias, body.RoomId, request.Caller.UserId, cancellationToken);
        return added.Error is { } error ? error : Reply.Empty;
    }
}
