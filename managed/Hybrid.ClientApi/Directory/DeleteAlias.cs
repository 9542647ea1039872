using Hybrid.AppServices;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.Aliases;

namespace Hybrid.ClientApi.Directory;

/// <summary><c>DELETE /_matrix/client/v3/directory/room/{roomAlias}</c></summary>
public sealed class DeleteAlias(RoomAliases aliases, AppServiceDirectory services) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("DELETE", "/_matrix/client/v3/directory/room/{roomAlias}", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        // Services have full control of their aliases, and administrators of all.
        var alias = request.Path<RoomAlias>("roomAlias");
        var caller = request.Caller;
        var exclusive = services.CheckAlias(alias, caller.AppServiceId);
        if (exclusive is not null && !caller.IsAdmin)
            return exclusive;

        var removed = await aliases.RemoveAsync(alias, caller.UserId, caller.IsAdmin || (caller.AppServiceId is not null && exclusive is null), cancellationToken);
        return removed.Error is { } error ? error : Reply.Empty;
    }
}
