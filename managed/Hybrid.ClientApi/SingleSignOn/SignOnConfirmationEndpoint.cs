using Hybrid.ClientApi.Auth;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.SingleSignOn;

/// <summary><c>GET /_hybrid/client/v1/sso/confirm</c>: from the fallback page of <c>m.login.sso</c> to the provider.</summary>
sealed class SignOnConfirmationEndpoint(SignOnStarts starts, InteractiveSessions sessions) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", SignOnPaths.Confirmation, Access.Anyone, RateClass.Login)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var id = request.RequiredQuery("session");
        if (starts.Providers.Count == 0 || !sessions.TryFind(id, out var session) || !session.Next.Contains(InteractiveAuth.SignOn))
            return MatrixError.NotFound("The session is not known, or no longer.");

        return await starts.StartAsync(request, starts.Providers[0], client: null, id, cancellationToken);
    }
}
