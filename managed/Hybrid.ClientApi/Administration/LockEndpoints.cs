using Hybrid.Accounts.Moderation;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Account;

namespace Hybrid.ClientApi.Administration;

/// <summary><c>GET /_matrix/client/v1/admin/lock/{userId}</c></summary>
sealed class GetLock(AccountModeration moderation) : IEndpoint
{
    internal const string Path = "/_matrix/client/v1/admin/lock/{userId}";

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", Path, Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        (await moderation.ReadAsync(request.Path<UserId>("userId"), request.Caller.UserId, cancellationToken)).TryGet(out var state, out var error)
            ? Reply.Json(new LockStatus(state.IsLocked), AccountJson.Default.LockStatus)
            : error;
}

/// <summary><c>PUT /_matrix/client/v1/admin/lock/{userId}</c></summary>
sealed class SetLock(AccountModeration moderation) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("PUT", GetLock.Path, Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var userId = request.Path<UserId>("userId");
        var body = await request.ReadJsonAsync(AccountJson.Default.LockStatus, cancellationToken);
        if (body.Locked is not { } wanted)
            return MatrixError.MissingParam("'locked' is missing.");

        var result = await moderation.SetLockedAsync(userId, request.Caller.UserId, wanted, cancellationToken);
        return result.Error is { } error ? error : Reply.Json(body, AccountJson.Default.LockStatus);
    }
}
