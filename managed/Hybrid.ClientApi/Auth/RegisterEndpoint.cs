using System.Text.Json;
using Hybrid.Accounts;
using Hybrid.Accounts.Login;
using Hybrid.Accounts.Sessions;
using Hybrid.Accounts.ThirdParty;
using Hybrid.ClientApi.AppServices;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Auth;
using Hybrid.Storage.ThirdParty;

namespace Hybrid.ClientApi.Auth;

/// <summary><c>POST /_matrix/client/v3/register</c></summary>
sealed class RegisterEndpoint(
    AccountRegistration registration, PasswordLogin passwords, UserSessions sessions, InteractiveAuth auth, RegistrationTokens tokens,
    AccountAddresses addresses, AppServiceGrants services, AccessTokens accessTokens, IRequestLimiter limiter, AccountOptions options) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_matrix/client/v3/register", Access.Anyone, RateClass.General) { MaxBodyBytes = 64 * 1024 }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(AuthJson.Default.RegisterRequest, cancellationToken);
        if (body.Type == AppServiceGrants.LoginType)
            return await RegisterForServiceAsync(request, body, cancellationToken);

        switch (request.Query("kind"))
        {
            case null or "user":
                return await RegisterUserAsync(request, body, cancellationToken);
            case "guest":
                return await RegisterGuestAsync(request, body, cancellationToken);
            default:
                return MatrixError.InvalidParam("'kind' is neither user nor guest.");
        }
    }

    async ValueTask<Result<Reply>> RegisterUserAsync(ApiRequest request, RegisterRequest body, CancellationToken cancellationToken)
    {
        if (options.Registration == RegistrationMode.Closed)
            return MatrixError.Forbidden("Registration is closed.");
        if (!LoginGrants.Device(body.DeviceId, body.InitialDeviceDisplayName, body.RefreshToken).TryGet(out var device, out var badDevice))
            return badDevice;
        if (body.Password is { } wished && passwords.Check(wished) is { } badPassword)
            return badPassword;
        if (!(await FindGuestAsync(body, cancellationToken)).TryGet(out var guest, out var noGuest))
            return noGuest;
        if (guest is null && body.Username is { } username)
        {
            if (!(await registration.CheckAsync(username, cancellationToken)).TryGet(out var wishedId, out var badName))
                return badName;
            if (services.CheckUser(wishedId) is { } exclusive)
                return exclusive;
        }

        // Asking for the flows is cheap; an attempt to go through with it is what the budget of new accounts is for.
        if (body.Auth is { ValueKind: JsonValueKind.Object } && limiter.Take(RateClass.Registration, null, request.Http) is { } limited)
            return limited;

        var outcome = await auth.RunAsync(request, InteractivePurpose.Registration, cancellationToken);
        if (outcome.Challenge is { } challenge)
            return challenge;

        try
        {
            if (body.Password is not { } password)
                return MatrixError.MissingParam("'password' is missing.");

            if (outcome.Address is { Address: var proven } && await addresses.FindOwnerAsync(proven, cancellationToken) is not null)
                return AccountAddresses.InUse;

            if (guest is { } upgraded)
                return await EnterAsync(await registration.UpgradeGuestAsync(upgraded, password, cancellationToken), device, body.InhibitLogin ?? false, outcome.Address, cancellationToken);

            var account = new AccountRequest(body.Username, password) { RegistrationToken = outcome.RegistrationToken };
            return await CreateAsync(account, device, body.InhibitLogin ?? false, outcome.Address, cancellationToken);
        }
        finally
        {
            if (outcome.RegistrationToken is { } token)
                tokens.Release(token);
        }
    }

    async ValueTask<Result<Reply>> RegisterForServiceAsync(ApiRequest request, RegisterRequest body, CancellationToken cancellationToken)
    {
        if (!LoginGrants.Device(body.DeviceId, body.InitialDeviceDisplayName, body.RefreshToken).TryGet(out var device, out var badDevice))
            return badDevice;

        return (await services.RegisterAsync(request, body.Username, cancellationToken)).TryGet(out var userId, out var error)
            ? await OpenAsync(userId, device, body.InhibitLogin ?? false, cancellationToken)
            : error;
    }

    // Specification, "Guest Access": the guest shows the token, and names the account as it is. Null: no guest is meant.
    async ValueTask<Result<UserId?>> FindGuestAsync(RegisterRequest body, CancellationToken cancellationToken)
    {
        if (body.GuestAccessToken is not { } token)
            return (UserId?)null;
        if (!(await accessTokens.FindAsync(token, cancellationToken)).TryGet(out var session, out var unknown))
            return unknown;

        return session.IsGuest && body.Username == session.UserId.Localpart
            ? session.UserId
            : MatrixError.Forbidden("'guest_access_token' is that of no guest of this name.");
    }

    // Of the body only the device's name counts (specification, "Register for an account on this homeserver").
    async ValueTask<Result<Reply>> RegisterGuestAsync(ApiRequest request, RegisterRequest body, CancellationToken cancellationToken)
    {
        if (!options.AllowGuests || options.Registration != RegistrationMode.Open)
            return MatrixError.Of(403, "M_GUEST_ACCESS_FORBIDDEN", "Guests are not allowed on this server.");
        if (!LoginGrants.Device(null, body.InitialDeviceDisplayName, refresh: false).TryGet(out var device, out var badDevice))
            return badDevice;
        if (limiter.Take(RateClass.Registration, null, request.Http) is { } limited)
            return limited;

        return await CreateAsync(new AccountRequest(null, null) { IsGuest = true }, device, inhibitLogin: false, address: null, cancellationToken);
    }

    async ValueTask<Result<Reply>> CreateAsync(
        AccountRequest account, DeviceLogin device, bool inhibitLogin, AddressProof? address, CancellationToken cancellationToken) =>
        await EnterAsync(await registration.CreateAsync(account, cancellationToken), device, inhibitLogin, address, cancellationToken);

    async ValueTask<Result<Reply>> EnterAsync(
        Result<UserId> made, DeviceLogin device, bool inhibitLogin, AddressProof? address, CancellationToken cancellationToken)
    {
        if (!made.TryGet(out var userId, out var refused))
            return refused;

        // The account is there: that another was faster with the address must not take it away again.
        if (address is not null)
            await addresses.AddAsync(userId, address, CancellationToken.None);
        return await OpenAsync(userId, device, inhibitLogin, cancellationToken);
    }

    async ValueTask<Result<Reply>> OpenAsync(UserId userId, DeviceLogin device, bool inhibitLogin, CancellationToken cancellationToken)
    {
        if (inhibitLogin)
            return Reply.Json(new LoginResponse(userId) { HomeServer = options.ServerName.Value }, AuthJson.Default.LoginResponse);

        var opened = await sessions.OpenAsync(userId, device, cancellationToken);
        return opened.TryGet(out var login, out var error) ? LoginGrants.Answer(login, options) : error;
    }
}
