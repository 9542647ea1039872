using Hybrid.Accounts.Sessions;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Auth;

namespace Hybrid.ClientApi.Auth;

/// <summary><c>POST /_matrix/client/v3/refresh</c></summary>
sealed class RefreshEndpoint(UserSessions sessions) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/client/v3/refresh", Access.Anyone, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(AuthJson.Default.RefreshRequest, cancellationToken);
        if (body.RefreshToken is not { } refreshToken)
            return MatrixError.MissingParam("'refresh_token' is missing.");

        var refreshed = await sessions.RefreshAsync(refreshToken, cancellationToken);
        return refreshed.TryGet(out var tokens, out var error)
            ? Reply.Json(new RefreshResponse(tokens.AccessToken, tokens.RefreshToken, LoginGrants.Milliseconds(tokens.Lifetime)), AuthJson.Default.RefreshResponse)
            : error;
    }
}
