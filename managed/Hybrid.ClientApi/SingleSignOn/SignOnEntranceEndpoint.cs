using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.SingleSignOn;

/// <summary><c>GET /_hybrid/client/v1/sso/enter</c>: from a page of this server to the provider, and back to the page.</summary>
sealed class SignOnEntranceEndpoint(SignOnStarts starts) : IEndpoint
{
    const string Pages = "/_hybrid/client/v1/";

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", SignOnPaths.Entrance, Access.Anyone, RateClass.Login)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        const int MaxPage = 4096;
        var page = request.RequiredQuery("page");
        if (page.Length > MaxPage || !page.StartsWith(Pages, StringComparison.Ordinal) || page.Any(char.IsControl))
            return MatrixError.InvalidParam("'page' is no page of this server.");

        return starts.Providers.Count == 0
            ? MatrixError.NotFound("There is no identity provider.")
            : await starts.StartAsync(request, starts.Providers[0], client: null, session: null, cancellationToken, page);
    }
}
