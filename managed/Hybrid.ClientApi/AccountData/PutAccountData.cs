using Hybrid.Accounts.AccountData;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.AccountData;

/// <summary><c>PUT /_matrix/client/v3/user/{userId}/account_data/{type}</c></summary>
sealed class PutAccountData(AccountDataService accountData) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("PUT", "/_matrix/client/v3/user/{userId}/account_data/{type}", Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (OwnUser.Check(request) is { } refusal)
            return refusal;

        var content = await request.ReadObjectAsync(cancellationToken);
        var result = await accountData.WriteAsync(request.Caller.UserId, null, request.Path("type"), content, cancellationToken);
        return result.Error is { } error ? error : Reply.Empty;
    }
}

/// <summary><c>PUT /_matrix/client/v3/user/{userId}/rooms/{roomId}/account_data/{type}</c></summary>
sealed class PutRoomAccountData(AccountDataService accountData) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("PUT", "/_matrix/client/v3/user/{userId}/rooms/{roomId}/account_data/{type}", Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (OwnUser.Check(request) is { } refusal)
            return refusal;

        var content = await request.ReadObjectAsync(cancellationToken);
        var result = await accountData.WriteAsync(
            request.Caller.UserId, request.Path<RoomId>("roomId"), request.Path("type"), content, cancellationToken);
        return result.Error is { } error ? error : Reply.Empty;
    }
}
