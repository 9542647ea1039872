using Hybrid.Accounts.Login;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.AdminApi;

/// <summary><c>POST /_hybrid/admin/v1/registration_tokens</c>: makes a registration token.</summary>
sealed class CreateRegistrationTokenEndpoint(RegistrationTokens tokens) : IEndpoint
{
    internal const string Path = "/_hybrid/admin/v1/registration_tokens";

    // The years 1 to 9999, in milliseconds around 1970: what a time can be.
    static readonly long MaxTime = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", Path, Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(AdminJson.Default.NewRegistrationToken, cancellationToken);
        if (body.ExpiryTime is { } time && (time < 0 || time > MaxTime))
            return MatrixError.InvalidParam("'expiry_time' is no time.");

        DateTimeOffset? expiresAt = body.ExpiryTime is { } expiry ? DateTimeOffset.FromUnixTimeMilliseconds(expiry) : null;
        var created = await tokens.CreateAsync(body.Token, body.UsesAllowed, expiresAt, cancellationToken);
        return created.TryGet(out var token, out var error)
            ? Reply.Json(ListRegistrationTokensEndpoint.Show(new RegistrationTokenStatus(token, 0)), AdminJson.Default.RegistrationTokenView)
            : error;
    }
}
