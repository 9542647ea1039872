using Hybrid.Http;
using Hybrid.Media;
using Hybrid.Media.Content;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Media;

namespace Hybrid.ClientApi.Media;

/// <summary><c>POST /_matrix/media/v1/create</c></summary>
sealed class CreateMediaEndpoint(ContentRepository repository, MediaOptions options) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_matrix/media/v1/create", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var result = await repository.CreateAsync(request.Caller.UserId, cancellationToken);
        if (!result.TryGet(out var created, out var error))
            return error;

        return Reply.Json(
            new CreateMediaResponse($"mxc://{options.ServerName}/{created.Id}", created.ExpiresTs),
            MediaJsonContext.Default.CreateMediaResponse);
    }
}
