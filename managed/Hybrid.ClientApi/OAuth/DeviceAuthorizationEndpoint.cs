using Hybrid.Accounts.OAuth;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.OAuth;

/// <summary><c>POST /_hybrid/client/v1/oauth2/device</c>: a device asks for codes that its user allows elsewhere (RFC 8628).</summary>
sealed class DeviceAuthorizationEndpoint(OAuthClients clients, DeviceCodes codes, OAuthPaths paths) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", OAuthPaths.Device, Access.Anyone, RateClass.Login) { MaxBodyBytes = null }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (await OAuthReplies.ReadFormAsync(request.Http.Request, cancellationToken) is not { } form)
            return OAuthReplies.Error("invalid_request", "A form is needed.");
        if (await clients.FindAsync(form.Text("client_id"), cancellationToken) is not { ClientId: { } clientId } client)
            return OAuthReplies.Error("invalid_client", status: 401);
        if (client.GrantTypes?.Contains(OAuthGrantTypes.DeviceCode) != true)
            return OAuthReplies.Error("unauthorized_client");
        if (OAuthScope.Parse(form.Text("scope")) is not { } scope)
            return OAuthReplies.Error("invalid_scope");

        var device = codes.Begin(clientId, scope);
        var userCode = device.UserCode.Insert(4, "-");
        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("device_code"u8, device.DeviceCode);
            writer.WriteString("user_code"u8, userCode);
            writer.WriteString("verification_uri"u8, paths.From(OAuthPaths.Link));
            writer.WriteString("verification_uri_complete"u8, paths.From(OAuthPaths.Link) + "?user_code=" + userCode);
            writer.WriteNumber("expires_in"u8, (long)DeviceCodes.Lifetime.TotalSeconds);
            writer.WriteNumber("interval"u8, (long)DeviceCodes.Interval.TotalSeconds);
            writer.WriteEndObject();
        });
    }
}
