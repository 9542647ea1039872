using Hybrid.Accounts.AccountData;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.AccountData;

/// <summary><c>GET /_matrix/client/v3/user/{userId}/account_data/{type}</c></summary>
sealed class GetAccountData(AccountDataService accountData) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/client/v3/user/{userId}/account_data/{type}", Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (OwnUser.Check(request) is { } refusal)
            return refusal;

        var result = await accountData.ReadAsync(request.Caller.UserId, null, request.Path("type"), cancellationToken);
        return result.TryGet(out var content, out var error) ? Reply.Raw(content) : error;
    }
}

/// <summary><c>GET /_matrix/client/v3/user/{userId}/rooms/{roomId}/account_data/{type}</c></summary>
sealed class GetRoomAccountData(AccountDataService accountData) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/client/v3/user/{userId}/rooms/{roomId}/account_data/{type}", Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (OwnUser.Check(request) is { } refusal)
            return refusal;

        var result = await accountData.ReadAsync(request.Caller.UserId, request.Path<RoomId>("roomId"), request.Path("type"), cancellationToken);
        return result.TryGet(out var content, out var error) ? Reply.Raw(content) : error;
    }
}
