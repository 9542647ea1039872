using Hybrid.Federation.Joins;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.FederationApi.Membership;

/// <summary><c>GET /_matrix/federation/v1/make_join/{roomId}/{userId}</c></summary>
sealed class MakeJoinEndpoint(MembershipServing serving) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/federation/v1/make_join/{roomId}/{userId}", Access.Server)];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        MakeMembership.AnswerAsync(serving, request, "join", MakeMembership.Versions(request), cancellationToken);
}

/// <summary><c>GET /_matrix/federation/v1/make_knock/{roomId}/{userId}</c></summary>
sealed class MakeKnockEndpoint(MembershipServing serving) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/federation/v1/make_knock/{roomId}/{userId}", Access.Server)];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        MakeMembership.AnswerAsync(serving, request, "knock", MakeMembership.Versions(request), cancellationToken);
}

/// <summary><c>GET /_matrix/federation/v1/make_leave/{roomId}/{userId}</c></summary>
sealed class MakeLeaveEndpoint(MembershipServing serving) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/federation/v1/make_leave/{roomId}/{userId}", Access.Server)];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        MakeMembership.AnswerAsync(serving, request, "leave", null, cancellationToken);
}

/// <summary>What the three have in common.</summary>
static class MakeMembership
{
    // Who names none knows the first.
    public static IReadOnlyCollection<string> Versions(ApiRequest request) => request.QueryAll("ver") is { Count: > 0 } named ? named : ["1"];

    public static async ValueTask<Result<Reply>> AnswerAsync(
        MembershipServing serving, ApiRequest request, string membership, IReadOnlyCollection<string>? versions, CancellationToken cancellationToken)
    {
        var made = await serving.MakeAsync(
            request.Origin, request.Path<RoomId>("roomId"), request.Path<UserId>("userId"), membership, versions, cancellationToken);
        return made.TryGet(out var template, out var error) ? Reply.Raw(template) : error;
    }
}
