using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Auth;

/// <summary><c>GET /_matrix/client/v3/auth/{authType}/fallback/web</c></summary>
sealed class FallbackPageEndpoint(InteractiveSessions sessions) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", FallbackPage.Path, Access.Anyone, RateClass.General)];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var stage = request.Path("authType");
        var session = request.RequiredQuery("session");
        if (!FallbackPage.Knows(stage))
            return new(MatrixError.NotFound("There is no page for this stage."));

        return new(sessions.TryFind(session, out _) ? FallbackPage.Form(stage, session) : MatrixError.NotFound("The session is not known, or no longer."));
    }
}
