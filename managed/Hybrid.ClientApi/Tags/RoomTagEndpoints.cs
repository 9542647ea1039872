using Hybrid.Accounts.AccountData;
using Hybrid.ClientApi.AccountData;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Tags;

/// <summary><c>GET /_matrix/client/v3/user/{userId}/rooms/{roomId}/tags</c></summary>
sealed class GetRoomTags(RoomTags tags) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/user/{userId}/rooms/{roomId}/tags", Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (OwnUser.Check(request) is { } refusal)
            return refusal;

        return Reply.Raw(await tags.ReadAsync(request.Caller.UserId, request.Path<RoomId>("roomId"), cancellationToken));
    }
}

/// <summary><c>PUT /_matrix/client/v3/user/{userId}/rooms/{roomId}/tags/{tag}</c></summary>
sealed class PutRoomTag(RoomTags tags) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("PUT", "/_matrix/client/v3/user/{userId}/rooms/{roomId}/tags/{tag}", Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (OwnUser.Check(request) is { } refusal)
            return refusal;

        var data = await request.ReadObjectAsync(cancellationToken);
        var result = await tags.SetAsync(request.Caller.UserId, request.Path<RoomId>("roomId"), request.Path("tag"), data, cancellationToken);
        return result.Error is { } error ? error : Reply.Empty;
    }
}

/// <summary><c>DELETE /_matrix/client/v3/user/{userId}/rooms/{roomId}/tags/{tag}</c></summary>
sealed class DeleteRoomTag(RoomTags tags) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("DELETE", "/_matrix/client/v3/user/{userId}/rooms/{roomId}/tags/{tag}", Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (OwnUser.Check(request) is { } refusal)
            return refusal;

        await tags.RemoveAsync(request.Caller.UserId, request.Path<RoomId>("roomId"), request.Path("tag"), cancellationToken);
        return Reply.Empty;
    }
}
