using Hybrid.Accounts;
using Hybrid.Accounts.Devices;
using Hybrid.Accounts.Sessions;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Auth;

namespace Hybrid.ClientApi.Auth;

/// <summary>What login and registration have in common: the device of the request, and the answer with its tokens.</summary>
static class LoginGrants
{
    /// <summary>The device that a request asks for; <c>M_INVALID_PARAM</c> when its ID or name cannot be one.</summary>
    internal static Result<DeviceLogin> Device(string? deviceId, string? displayName, bool? refresh)
    {
        if (displayName is not null && UserDevices.CheckDisplayName(displayName) is { } refused)
            return refused;
        if (deviceId is null)
            return new DeviceLogin(null, displayName, refresh ?? false);

        return DeviceId.TryParse(deviceId, out var id)
            ? new DeviceLogin(id, displayName, refresh ?? false)
            : MatrixError.InvalidParam("'device_id' must have 1 to 255 characters.");
    }

    internal static Reply Answer(LoggedIn login, AccountOptions options) =>
        Reply.Json(
            new LoginResponse(login.UserId)
            {
                AccessToken = login.Tokens.AccessToken,
                RefreshToken = login.Tokens.RefreshToken,
                ExpiresInMs = Milliseconds(login.Tokens.Lifetime),
                DeviceId = login.DeviceId,
                HomeServer = options.ServerName.Value,
            },
            AuthJson.Default.LoginResponse);

    internal static long? Milliseconds(TimeSpan? time) => (long?)time?.TotalMilliseconds;
}
