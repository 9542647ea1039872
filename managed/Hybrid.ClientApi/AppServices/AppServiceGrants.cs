using Hybrid.Accounts;
using Hybrid.Accounts.Login;
using Hybrid.AppServices;
using Hybrid.AppServices.Registrations;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;

namespace Hybrid.ClientApi.AppServices;

/// <summary>
/// Registrations and logins of the type <c>m.login.application_service</c>, which need no password (specification, application service API, "Server admin
/// style permissions"), and the names that nobody else may take.
/// </summary>
public sealed class AppServiceGrants(AppServiceDirectory directory, AccountRegistration registration, IAccountStore accounts, AccountOptions options)
{
    /// <summary>The type of these logins.</summary>
    public const string LoginType = "m.login.application_service";

    /// <summary>Whether there is any service that could log in.</summary>
    public bool IsOffered => directory.Services.Count > 0;

    /// <summary>Makes an account without a password; <c>M_EXCLUSIVE</c> outside of the service's users.</summary>
    public async ValueTask<Result<UserId>> RegisterAsync(ApiRequest request, string? username, CancellationToken cancellationToken)
    {
        if (!Authenticate(request).TryGet(out var service, out var error))
            return error;
        if (username is null)
            return MatrixError.MissingParam("'username' is missing.");
        if (!(await registration.CheckAsync(username, isReserved: true, cancellationToken)).TryGet(out var userId, out error))
            return error;

        return directory.CheckUser(userId, service) is { } exclusive
            ? exclusive
            : await registration.CreateAsync(new AccountRequest(username, null) { IsReserved = true }, cancellationToken);
    }

    /// <summary>The user whom the service logs in; <c>M_EXCLUSIVE</c> for somebody else's, <c>M_FORBIDDEN</c> for one who is not registered.</summary>
    public async ValueTask<Result<UserId>> LoginAsync(ApiRequest request, string? user, CancellationToken cancellationToken)
    {
        if (!Authenticate(request).TryGet(out var service, out var error))
            return error;
        if (user is null)
            return MatrixError.MissingParam("'identifier' is missing.");
        if (!UserId.TryParse(user.StartsWith('@') ? user : $"@{user}:{options.ServerName}", out var userId))
            return MatrixError.InvalidParam("The user is not a valid UserId.");
        if (directory.CheckUser(userId, service) is { } exclusive)
            return exclusive;

        return await accounts.FindAsync(userId, cancellationToken) is { IsDeactivated: false } ? userId : MatrixError.Forbidden($"{userId} is not registered.");
    }

    /// <summary><c>M_EXCLUSIVE</c> for a user ID that is reserved for a service.</summary>
    public MatrixError? CheckUser(UserId userId) => directory.CheckUser(userId, null);

    Result<AppServiceRegistration> Authenticate(ApiRequest request) =>
        request.AccessToken is not { } token ? MatrixError.MissingToken()
        : directory.FindByToken(token) is { } service ? service
        : MatrixError.UnknownToken();
}
