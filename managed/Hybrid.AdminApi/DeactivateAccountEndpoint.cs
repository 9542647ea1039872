using Hybrid.Accounts.Login;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.AdminApi;

/// <summary><c>POST /_hybrid/admin/v1/accounts/{userId}/deactivate</c></summary>
sealed class DeactivateAccountEndpoint(AccountDeactivation deactivation) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", ListAccountsEndpoint.Path + "/{userId}/deactivate", Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(AdminJson.Default.AccountDeactivationRequest, cancellationToken);
        var error = (await deactivation.DeactivateAsync(request.Path<UserId>("userId"), body.Erase ?? false, cancellationToken)).Error;
        return error is null ? Reply.Empty : error;
    }
}
