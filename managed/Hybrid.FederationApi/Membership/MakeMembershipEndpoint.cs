using Hybrid.Federation.Joins;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.FederationApi.Membership;

/// <summary>
/// <c>GET /_matrix/federation/v1/make_join/{roomId}/{userId}</c>, <c>make_knock</c> and <c>make_leave</c>: the member event that the user's server is to sign.
/// </summary>
sealed class MakeMembershipEndpoint(MembershipServing serving) : IEndpoint
{
    static readonly (string Path, string Membership)[] Operations =
    [
        ("/_matrix/federation/v1/make_join", "join"),
        ("/_matrix/federation/v1/make_knock", "knock"),
        ("/_matrix/federation/v1/make_leave", "leave"),
    ];

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [.. Operations.Select(static operation => new EndpointRoute("GET", operation.Path + "/{roomId}/{userId}", Access.Server))];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var membership = Operations.First(operation => request.Http.Request.Path.StartsWithSegments(operation.Path, StringComparison.Ordinal)).Membership;
        var made = await serving.MakeAsync(
            request.Origin, request.Path<RoomId>("roomId"), request.Path<UserId>("userId"), membership, Versions(request, membership), cancellationToken);
        return made.TryGet(out var template, out var error) ? Reply.Raw(template) : error;
    }

    // Who names none knows the first. Whoever leaves has been there.
    static IReadOnlyCollection<string>? Versions(ApiRequest request, string membership) =>
        membership == "leave" ? null : request.QueryAll("ver") is { Count: > 0 } named ? named : ["1"];
}
