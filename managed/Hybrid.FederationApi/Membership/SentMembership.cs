using Hybrid.Federation.Joins;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.FederationApi.Membership;

/// <summary>Member events that other servers send back signed.</summary>
static class SentMembership
{
    /// <summary>The room takes the event of a request.</summary>
    public static async ValueTask<Result<TakenMembership>> TakeAsync(
        MembershipServing serving, ApiRequest request, string membership, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var body = await request.ReadObjectAsync(cancellationToken);
        return await serving.TakeAsync(request.Origin, roomId, request.Path("eventId"), body, membership, cancellationToken);
    }

    /// <summary>Whether the answer is the deprecated one of <c>v1</c>: a list of the status and the answer.</summary>
    public static bool IsListWanted(ApiRequest request) => request.Http.Request.Path.StartsWithSegments("/_matrix/federation/v1", StringComparison.Ordinal);
}
