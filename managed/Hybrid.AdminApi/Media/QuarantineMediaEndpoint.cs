using Hybrid.Http;
using Hybrid.Media.Content;
using Hybrid.Primitives;

namespace Hybrid.AdminApi.Media;

/// <summary><c>POST /_synapse/admin/v1/media/quarantine/{serverName}/{mediaId}</c>: nobody is served the content any more.</summary>
sealed class QuarantineMediaEndpoint(MediaModeration moderation) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_synapse/admin/v1/media/quarantine/{serverName}/{mediaId}", Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var (server, id) = request.Media();
        var done = await moderation.QuarantineAsync(server, id, request.Caller.UserId, cancellationToken);
        return done.TryGet(out _, out var error) ? Reply.Empty : error;
    }
}
