using System.Text.Encodings.Web;
using Hybrid.ClientApi.Auth;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.SingleSignOn;

/// <summary>
/// <c>GET /_matrix/client/v3/login/sso/redirect</c> and <c>…/redirect/{idpId}</c>: a browser goes to the provider, or to a page that lets people
/// choose one.
/// </summary>
sealed class SignOnRedirectEndpoint(SignOnStarts starts) : IEndpoint
{
    const string Path = "/_matrix/client/v3/login/sso/redirect";

    // Schemes that are no client's, but would run or show something.
    static readonly HashSet<string> Refused = new(StringComparer.OrdinalIgnoreCase) { "javascript", "data", "vbscript", "file", "blob", "about", "view-source" };

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", Path, Access.Anyone, RateClass.Login), new("GET", Path + "/{idpId}", Access.Anyone, RateClass.Login)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        const int MaxUrl = 2048;
        var url = request.RequiredQuery("redirectUrl");
        if (url.Length > MaxUrl || !Uri.TryCreate(url, UriKind.Absolute, out var client) || Refused.Contains(client.Scheme))
            return MatrixError.InvalidParam("'redirectUrl' is no URL of a client.");
        if (request.Query("action") is not (null or "login" or "register"))
            return MatrixError.InvalidParam("'action' is neither login nor register.");

        var wished = request.PathOrEmpty("idpId");
        var provider = wished.Length > 0 ? starts.Providers.FirstOrDefault(one => one.Id == wished) : starts.Providers.Count == 1 ? starts.Providers[0] : null;
        if (provider is not null)
            return await starts.StartAsync(request, provider, client, session: null, cancellationToken);

        return wished.Length > 0 || starts.Providers.Count == 0 ? MatrixError.NotFound("There is no such identity provider.") : Choice(url);
    }

    Reply Choice(string url) => PlainPage.Show(
        "Sign on",
        "<ul>" + string.Concat(starts.Providers.Select(provider =>
            $"<li><a href=\"{Path}/{Uri.EscapeDataString(provider.Id)}?redirectUrl={Uri.EscapeDataString(url)}\">{HtmlEncoder.Default.Encode(provider.Name)}</a></li>")) + "</ul>");
}
