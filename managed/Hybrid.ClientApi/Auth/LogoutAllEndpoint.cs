using Hybrid.Accounts.Devices;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Auth;

/// <summary><c>POST /_matrix/client/v3/logout/all</c>: every session ends and every device goes.</summary>
sealed class LogoutAllEndpoint(UserDevices devices) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/client/v3/logout/all", Access.UserOrGuest) { WhileLocked = true }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        await devices.DeleteAllAsync(request.Caller.UserId, except: null, cancellationToken);
        return Reply.Empty;
    }
}
