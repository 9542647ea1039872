using Hybrid.Http;
using Hybrid.Media.Content;
using Hybrid.Primitives;

namespace Hybrid.AdminApi.Media;

/// <summary><c>DELETE /_synapse/admin/v1/media/{serverName}/{mediaId}</c></summary>
sealed class DeleteMediaEndpoint(MediaModeration moderation) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("DELETE", "/_synapse/admin/v1/media/{serverName}/{mediaId}", Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var (server, id) = request.Media();
        var done = await moderation.DeleteAsync(server, id, cancellationToken);
        return done.TryGet(out _, out var error) ? Reply.Json(new DeletedMedia([id.Value], 1), MediaAdminJson.Default.DeletedMedia) : error;
    }
}
