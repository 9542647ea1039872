using Hybrid.Http;
using Hybrid.Media.Content;
using Hybrid.Primitives;

namespace Hybrid.AdminApi.Media;

/// <summary><c>DELETE /_synapse/admin/v1/users/{userId}/media</c>: a page of a user's media, the newest first.</summary>
sealed class DeleteUserMediaEndpoint(MediaModeration moderation, ContentRepository repository) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("DELETE", ListUserMediaEndpoint.Path, Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var (from, limit) = ListUserMediaEndpoint.Page(request);
        var (media, _) = await moderation.ListAsync(request.Path<UserId>("userId"), from, limit, cancellationToken);
        foreach (var record in media)
            await repository.DeleteAsync(record.Id, cancellationToken);
        return Reply.Json(new DeletedMedia([.. media.Select(static record => record.Id.Value)], media.Count), MediaAdminJson.Default.DeletedMedia);
    }
}
