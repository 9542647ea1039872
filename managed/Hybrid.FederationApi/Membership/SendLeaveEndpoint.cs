using Hybrid.Federation.Joins;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.FederationApi.Membership;

/// <summary>
/// <c>PUT /_matrix/federation/v2/send_leave/{roomId}/{eventId}</c>. The deprecated <c>v1</c> answers with a list of a status and nothing.
/// </summary>
sealed class SendLeaveEndpoint(MembershipServing serving) : IEndpoint
{
    static readonly Reply List = Reply.Raw("[200,{}]"u8.ToArray());

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("PUT", "/_matrix/federation/v2/send_leave/{roomId}/{eventId}", Access.Server),
        new("PUT", "/_matrix/federation/v1/send_leave/{roomId}/{eventId}", Access.Server),
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if ((await SentMembership.TakeAsync(serving, request, "leave", cancellationToken)).Error is { } error)
            return error;

        return SentMembership.IsListWanted(request) ? List : Reply.Empty;
    }
}
