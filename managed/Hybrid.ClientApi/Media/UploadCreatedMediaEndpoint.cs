using Hybrid.Http;
using Hybrid.Media.Content;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Media;

/// <summary><c>PUT /_matrix/media/v3/upload/{serverName}/{mediaId}</c></summary>
sealed class UploadCreatedMediaEndpoint(ContentRepository repository) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("PUT", "/_matrix/media/v3/upload/{serverName}/{mediaId}", Access.User, RateClass.General) { MaxBodyBytes = null }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var (server, id) = request.MxcUri();
        var uploaded = await repository.UploadToAsync(request.Caller.UserId, server, id, request.Upload(), cancellationToken);
        return uploaded.TryGet(out _, out var error) ? Reply.Empty : error;
    }
}
