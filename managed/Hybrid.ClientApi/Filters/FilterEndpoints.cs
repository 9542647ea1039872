using Hybrid.Accounts.Filters;
using Hybrid.ClientApi.AccountData;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Filters;

namespace Hybrid.ClientApi.Filters;

/// <summary><c>POST /_matrix/client/v3/user/{userId}/filter</c></summary>
sealed class CreateFilter(FilterRegistry filters) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        // A filter is read with every sync: one that is large is a mistake.
        new("POST", "/_matrix/client/v3/user/{userId}/filter", Access.User) { MaxBodyBytes = 64 * 1024 },
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (OwnUser.Check(request) is { } refusal)
            return refusal;

        var filter = await request.ReadObjectAsync(cancellationToken);
        var filterId = await filters.AddAsync(request.Caller.UserId, filter, cancellationToken);
        return Reply.Json(new FilterCreated(filterId), FilterJsonContext.Default.FilterCreated);
    }
}

/// <summary><c>GET /_matrix/client/v3/user/{userId}/filter/{filterId}</c></summary>
sealed class GetFilter(FilterRegistry filters) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/user/{userId}/filter/{filterId}", Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (OwnUser.Check(request) is { } refusal)
            return refusal;

        return await filters.FindDefinitionAsync(request.Caller.UserId, request.Path("filterId"), cancellationToken) is { } filter
            ? Reply.Raw(filter)
            : MatrixError.NotFound("There is no such filter.");
    }
}
