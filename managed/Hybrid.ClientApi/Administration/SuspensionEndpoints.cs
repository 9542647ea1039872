using Hybrid.Accounts.Moderation;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Account;

namespace Hybrid.ClientApi.Administration;

/// <summary><c>GET /_matrix/client/v1/admin/suspend/{userId}</c></summary>
sealed class GetSuspension(AccountModeration moderation) : IEndpoint
{
    internal const string Path = "/_matrix/client/v1/admin/suspend/{userId}";

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", Path, Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        (await moderation.ReadAsync(request.Path<UserId>("userId"), request.Caller.UserId, cancellationToken)).TryGet(out var state, out var error)
            ? Reply.Json(new SuspensionStatus(state.IsSuspended), AccountJson.Default.SuspensionStatus)
            : error;
}

/// <summary><c>PUT /_matrix/client/v1/admin/suspend/{userId}</c></summary>
sealed class SetSuspension(AccountModeration moderation) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("PUT", GetSuspension.Path, Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var userId = request.Path<UserId>("userId");
        var body = await request.ReadJsonAsync(AccountJson.Default.SuspensionStatus, cancellationToken);
        if (body.Suspended is not { } wanted)
            return MatrixError.MissingParam("'suspended' is missing.");

        var result = await moderation.SetSuspendedAsync(userId, request.Caller.UserId, wanted, cancellationToken);
        return result.Error is { } error ? error : Reply.Json(body, AccountJson.Default.SuspensionStatus);
    }
}
