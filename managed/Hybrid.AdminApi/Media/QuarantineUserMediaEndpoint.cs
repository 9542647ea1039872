using Hybrid.Http;
using Hybrid.Media.Content;
using Hybrid.Primitives;

namespace Hybrid.AdminApi.Media;

/// <summary><c>POST /_synapse/admin/v1/user/{userId}/media/quarantine</c>: withdraws everything that a user uploaded.</summary>
sealed class QuarantineUserMediaEndpoint(MediaModeration moderation) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_synapse/admin/v1/user/{userId}/media/quarantine", Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var withdrawn = await moderation.QuarantineAllAsync(request.Path<UserId>("userId"), request.Caller.UserId, cancellationToken);
        return Reply.Json(new QuarantinedMedia(withdrawn), MediaAdminJson.Default.QuarantinedMedia);
    }
}
