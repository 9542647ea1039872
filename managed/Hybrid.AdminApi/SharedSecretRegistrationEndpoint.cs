using System.Security.Cryptography;
using System.Text;
using Hybrid.Accounts;
using Hybrid.Accounts.Login;
using Hybrid.Accounts.Sessions;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.AdminApi;

/// <summary>
/// <c>POST /_synapse/admin/v1/register</c>: makes an account for whoever can authenticate the request with the shared secret,
/// compatible with Synapse's endpoint and the tools written for it.
/// </summary>
sealed class SharedSecretRegistrationEndpoint(
    RegistrationNonces nonces, AccountRegistration registration, UserSessions sessions, AdminOptions options, AccountOptions accounts) : IEndpoint
{
    internal const string Path = "/_synapse/admin/v1/register";

    internal static MatrixError NotEnabled { get; } = MatrixError.Of(400, "M_UNKNOWN", "Shared secret registration is not enabled.");

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", Path, Access.Anyone, RateClass.General) { MaxBodyBytes = 64 * 1024 }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(options.RegistrationSharedSecret))
            return NotEnabled;

        var body = await request.ReadJsonAsync(AdminJson.Default.SharedSecretRegistration, cancellationToken);
        if (body is not { Nonce: { } nonce, Username: { } username, Password: { } password, Mac: { } mac })
            return MatrixError.BadJson("'nonce', 'username', 'password' and 'mac' are needed.");

        // An attempt uses the nonce up whether it succeeds or not, so that no secret can be tried against it.
        if (!nonces.TryTake(nonce))
            return MatrixError.Of(400, "M_UNKNOWN", "The nonce is not known, or no longer.");
        if (!IsAuthentic(body, mac))
            return MatrixError.Of(403, "M_UNKNOWN", "The HMAC is incorrect.");
        if (body.UserType is not null)
            return MatrixError.InvalidParam("There are no user types here.");

        var account = new AccountRequest(username, password) { IsAdmin = body.Admin ?? false, DisplayName = body.Displayname };
        if (!(await registration.CreateAsync(account, cancellationToken)).TryGet(out var userId, out var refused))
            return refused;
        if (body.InhibitLogin ?? false)
            return Answer(new SharedSecretRegistered(userId, accounts.ServerName.Value, null, null));

        var opened = await sessions.OpenAsync(userId, new DeviceLogin(null, null, WantsRefreshToken: false), cancellationToken);
        return opened.TryGet(out var login, out var error)
            ? Answer(new SharedSecretRegistered(userId, accounts.ServerName.Value, login.Tokens.AccessToken, login.DeviceId))
            : error;
    }

    static Reply Answer(SharedSecretRegistered registered) => Reply.Json(registered, AdminJson.Default.SharedSecretRegistered);

    // HMAC-SHA1 is Synapse's choice; the parts are separated by a zero byte.
    bool IsAuthentic(SharedSecretRegistration body, string mac)
    {
        var signed = $"{body.Nonce}\0{body.Username}\0{body.Password}\0{(body.Admin ?? false ? "admin" : "notadmin")}";
        if (body.UserType is { } type)
            signed += $"\0{type}";

        var key = Encoding.UTF8.GetBytes(options.RegistrationSharedSecret!);
#pragma warning disable CA5350 // The protocol's hash; as an HMAC key holder's proof it is not broken.
        var expected = Convert.ToHexStringLower(HMACSHA1.HashData(key, Encoding.UTF8.GetBytes(signed)));
#pragma warning restore CA5350
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(mac));
    }
}
