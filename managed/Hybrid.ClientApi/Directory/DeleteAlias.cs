using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.Aliases;

namespace Hybrid.ClientApi.Directory;

/// <summary><c>DELETE /_matrix/client/v3/directory/room/{roomAlias}</c></summary>
public sealed class DeleteAlias(RoomAliases aliases) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("DELETE", "/_matrix/client/v3/directory/room/{roomAlias}", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var removed = await aliases.RemoveAsync(
            request.Path<RoomAlias>("roomAlias"), request.Caller.UserId, request.Caller.IsAdmin, cancellationToken);
        return removed.Error is { } error ? error : Reply.Empty;
    }
}
