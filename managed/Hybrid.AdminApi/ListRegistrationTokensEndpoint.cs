using Hybrid.Accounts.Login;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.AdminApi;

/// <summary><c>GET /_hybrid/admin/v1/registration_tokens</c></summary>
sealed class ListRegistrationTokensEndpoint(RegistrationTokens tokens) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", CreateRegistrationTokenEndpoint.Path, Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        Reply.Json(
            new RegistrationTokenList([.. (await tokens.ListAsync(cancellationToken)).Select(Show)]), AdminJson.Default.RegistrationTokenList);

    internal static RegistrationTokenView Show(RegistrationTokenStatus status) =>
        new(status.Token.Token, status.Token.UsesAllowed, status.Pending, status.Token.Completed, status.Token.ExpiresAt?.ToUnixTimeMilliseconds());
}
