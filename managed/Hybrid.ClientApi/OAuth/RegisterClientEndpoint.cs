using Hybrid.Accounts.OAuth;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.OAuth;

/// <summary><c>POST /_hybrid/client/v1/oauth2/register</c>: a client registers itself (RFC 7591).</summary>
sealed class RegisterClientEndpoint(OAuthClients clients) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", OAuthPaths.Register, Access.Anyone, RateClass.Login) { MaxBodyBytes = 64 * 1024 }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var wished = await request.ReadJsonAsync(OAuthJson.Default.OAuthClientMetadata, cancellationToken);
        var registered = await clients.RegisterAsync(wished, cancellationToken);
        if (registered.TryGet(out var client, out var error))
            return Reply.Json(client, OAuthJson.Default.OAuthClientMetadata, 201);

        return error.RetryAfter is null ? OAuthReplies.Error(error) : error;
    }
}
