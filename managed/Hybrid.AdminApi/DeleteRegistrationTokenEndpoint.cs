using Hybrid.Accounts.Login;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.AdminApi;

/// <summary><c>DELETE /_hybrid/admin/v1/registration_tokens/{token}</c></summary>
sealed class DeleteRegistrationTokenEndpoint(RegistrationTokens tokens) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("DELETE", CreateRegistrationTokenEndpoint.Path + "/{token}", Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        await tokens.RemoveAsync(request.Path("token"), cancellationToken) ? Reply.Empty : MatrixError.NotFound("There is no such token.");
}
