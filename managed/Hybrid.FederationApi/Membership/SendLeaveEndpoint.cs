using Hybrid.Federation.Joins;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.FederationApi.Membership;

/// <summary><c>PUT /_matrix/federation/v2/send_leave/{roomId}/{eventId}</c></summary>
sealed class SendLeaveEndpoint(MembershipServing serving) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("PUT", "/_matrix/federation/v2/send_leave/{roomId}/{eventId}", Access.Server)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        (await TakeAsync(serving, request, cancellationToken)).Error is { } error ? error : Reply.Empty;

    internal static async ValueTask<Result<TakenMembership>> TakeAsync(MembershipServing serving, ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var body = await request.ReadObjectAsync(cancellationToken);
        return await serving.TakeAsync(request.Origin, roomId, request.Path("eventId"), body, "leave", cancellationToken);
    }
}

/// <summary><c>PUT /_matrix/federation/v1/send_leave/{roomId}/{eventId}</c>, deprecated: the answer is a list of a status and nothing.</summary>
sealed class SendLeaveListEndpoint(MembershipServing serving) : IEndpoint
{
    static readonly Reply Answer = Reply.Raw("[200,{}]"u8.ToArray());

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("PUT", "/_matrix/federation/v1/send_leave/{roomId}/{eventId}", Access.Server)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        (await SendLeaveEndpoint.TakeAsync(serving, request, cancellationToken)).Error is { } error ? error : Answer;
}
