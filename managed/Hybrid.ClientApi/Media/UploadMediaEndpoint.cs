using Hybrid.Http;
using Hybrid.Media;
using Hybrid.Media.Content;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Media;

namespace Hybrid.ClientApi.Media;

/// <summary><c>POST /_matrix/media/v3/upload</c></summary>
sealed class UploadMediaEndpoint(ContentRepository repository, MediaOptions options) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_matrix/media/v3/upload", Access.User, RateClass.General) { MaxBodyBytes = null }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var uploaded = await repository.UploadAsync(request.Caller.UserId, request.Upload(), cancellationToken);
        if (!uploaded.TryGet(out var id, out var error))
            return error;

        return Reply.Json(new UploadMediaResponse($"mxc://{options.ServerName}/{id}"), MediaJsonContext.Default.UploadMediaResponse);
    }
}
