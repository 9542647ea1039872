using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;

namespace Hybrid.AdminApi;

/// <summary><c>GET /_hybrid/admin/v1/accounts</c>: accounts in the order of their user IDs; <c>from</c> and <c>limit</c> page through them.</summary>
sealed class ListAccountsEndpoint(IAccountStore accounts) : IEndpoint
{
    internal const string Path = "/_hybrid/admin/v1/accounts";

    const int DefaultLimit = 100;
    const int MaxLimit = 1000;

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", Path, Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        UserId? after = null;
        if (request.Query("from") is { } from)
        {
            if (!UserId.TryParse(from, out var userId))
                return MatrixError.InvalidParam("'from' is no user ID.");
            after = userId;
        }

        var limit = (int)Math.Clamp(request.QueryInteger("limit") ?? DefaultLimit, 1, MaxLimit);
        var found = await accounts.ListAsync(after, limit, cancellationToken);
        var next = found.Count == limit ? found[^1].UserId : (UserId?)null;
        return Reply.Json(new AccountList([.. found.Select(Show)], next), AdminJson.Default.AccountList);
    }

    static AccountView Show(AccountRecord account) => new(
        account.UserId, account.IsAdmin, account.IsGuest, account.IsDeactivated, account.IsErased, account.CreatedAt.ToUnixTimeMilliseconds());
}
