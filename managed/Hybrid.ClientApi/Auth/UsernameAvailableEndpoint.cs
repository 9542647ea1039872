using Hybrid.Accounts;
using Hybrid.Accounts.Login;
using Hybrid.ClientApi.AppServices;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Auth;

namespace Hybrid.ClientApi.Auth;

/// <summary><c>GET /_matrix/client/v3/register/available</c></summary>
sealed class UsernameAvailableEndpoint(AccountRegistration registration, AppServiceGrants services, AccountOptions options) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/register/available", Access.Anyone, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        // While no one can register there is nothing to find out, but who has an account.
        if (options.Registration == RegistrationMode.Closed)
            return MatrixError.Forbidden("Registration is closed.");

        if (!(await registration.CheckAsync(request.RequiredQuery("username"), cancellationToken)).TryGet(out var userId, out var error))
            return error;

        error = services.CheckUser(userId);
        return error is null ? Reply.Json(new AvailableResponse(true), AuthJson.Default.AvailableResponse) : error;
    }
}
