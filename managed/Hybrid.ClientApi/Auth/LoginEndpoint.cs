using Hybrid.Accounts;
using Hybrid.Accounts.Login;
using Hybrid.Accounts.Sessions;
using Hybrid.ClientApi.AppServices;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Auth;

namespace Hybrid.ClientApi.Auth;

/// <summary><c>POST /_matrix/client/v3/login</c></summary>
sealed class LoginEndpoint(
    LoginIdentifiers identifiers, PasswordAttempts passwords, LoginTokens tokens, AppServiceGrants services, UserSessions sessions, AccountOptions options) : IEndpoint
{
    internal const string Password = "m.login.password";
    internal const string Token = "m.login.token";

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_matrix/client/v3/login", Access.Anyone, RateClass.Login) { MaxBodyBytes = 64 * 1024 }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(AuthJson.Default.LoginRequest, cancellationToken);
        if (!LoginGrants.Device(body.DeviceId, body.InitialDeviceDisplayName, body.RefreshToken).TryGet(out var device, out var badDevice))
            return badDevice;

        var identified = body.Type switch
        {
            Password => await ByPasswordAsync(body, cancellationToken),
            Token => ByToken(body),
            AppServiceGrants.LoginType => await services.LoginAsync(request, body.Identifier?.User ?? body.User, cancellationToken),
            null => MatrixError.MissingParam("'type' is missing."),
            _ => MatrixError.Of(400, "M_UNKNOWN", "There is no such login type."),
        };
        if (!identified.TryGet(out var userId, out var refused))
            return refused;

        var opened = await sessions.OpenAsync(userId, device, cancellationToken);
        return opened.TryGet(out var login, out var error) ? LoginGrants.Answer(login, options) : error;
    }

    async ValueTask<Result<UserId>> ByPasswordAsync(LoginRequest body, CancellationToken cancellationToken)
    {
        if (body.Password is not { } password)
            return MatrixError.MissingParam("'password' is missing.");
        if (body.Identifier is { Type: null })
            return MatrixError.MissingParam("'identifier' has no 'type'.");
        var identifier = body switch
        {
            { Identifier: { } given } => given,
            { User: { } user } => new UserIdentifier(LoginIdentifiers.User, user),
            { Medium: { } medium, Address: { } address } => new UserIdentifier(LoginIdentifiers.ThirdParty, null) { Medium = medium, Address = address },
            _ => null,
        };
        if (identifier is null)
            return MatrixError.MissingParam("'identifier' is missing.");

        // Whom no one knows is checked like anyone: the time it takes tells nothing.
        var userId = await identifiers.ResolveAsync(identifier, cancellationToken);
        var error = (await passwords.VerifyAsync(userId, password, cancellationToken)).Error;
        return error ?? (Result<UserId>)userId!.Value;
    }

    Result<UserId> ByToken(LoginRequest body)
    {
        if (body.Token is not { } token)
            return MatrixError.MissingParam("'token' is missing.");

        return tokens.Redeem(token) is { } userId ? userId : MatrixError.Forbidden("The login token is not valid, or no longer.");
    }
}
