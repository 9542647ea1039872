using Hybrid.Http;
using Hybrid.Media.Content;
using Hybrid.Primitives;
using Hybrid.Storage.Media;

namespace Hybrid.AdminApi.Media;

/// <summary><c>GET /_synapse/admin/v1/users/{userId}/media</c></summary>
sealed class ListUserMediaEndpoint(MediaModeration moderation) : IEndpoint
{
    internal const string Path = "/_synapse/admin/v1/users/{userId}/media";

    const int DefaultLimit = 100;
    const int MaxLimit = 1000;

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", Path, Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var (from, limit) = Page(request);
        var (media, total) = await moderation.ListAsync(request.Path<UserId>("userId"), from, limit, cancellationToken);
        long? next = from + media.Count < total ? from + media.Count : null;
        return Reply.Json(new UserMediaList([.. media.Select(View)], total, next), MediaAdminJson.Default.UserMediaList);
    }

    /// <summary>The part of the list that is asked for; <c>M_INVALID_PARAM</c> when that makes no sense.</summary>
    internal static (int From, int Limit) Page(ApiRequest request)
    {
        var from = request.QueryInteger("from") ?? 0;
        var limit = request.QueryInteger("limit") ?? DefaultLimit;
        if (from is < 0 or > int.MaxValue || limit < 0)
            throw new MatrixException(MatrixError.InvalidParam("'from' and 'limit' must not be negative."));

        return ((int)from, (int)Math.Min(limit, MaxLimit));
    }

    static UserMediaView View(MediaRecord record)
    {
        var content = record.Content!;
        return new UserMediaView(
            record.Id.Value, content.ContentType, content.Length, content.FileName, record.CreatedTs, content.QuarantinedBy, SafeFromQuarantine: false);
    }
}
