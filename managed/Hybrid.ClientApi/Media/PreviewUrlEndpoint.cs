using Hybrid.Http;
using Hybrid.Media.Previews;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Media;

/// <summary><c>GET /_matrix/client/v1/media/preview_url</c>, and its deprecated place. A wish for an old preview (<c>ts</c>) gets the latest.</summary>
sealed class PreviewUrlEndpoint(IUrlPreviews previews) : IEndpoint
{
    const int MaxLanguage = 200;

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("GET", "/_matrix/client/v1/media/preview_url", Access.User, RateClass.General),
        new("GET", "/_matrix/media/v3/preview_url", Access.User, RateClass.General),
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!previews.Enabled)
            return MatrixError.Unrecognized();

        var url = request.RequiredQuery("url");
        _ = request.QueryInteger("ts");
        var language = request.Http.Request.Headers.AcceptLanguage.ToString();
        var found = await previews.FindAsync(url, language is { Length: > 0 and <= MaxLanguage } ? language : null, cancellationToken);
        return found.TryGet(out var json, out var error) ? Reply.Raw(System.Text.Encoding.UTF8.GetBytes(json)) : error;
    }
}
