using Hybrid.Accounts.Devices;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Auth;

/// <summary><c>POST /_matrix/client/v3/logout</c>: the session ends and its device goes.</summary>
sealed class LogoutEndpoint(UserDevices devices) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/client/v3/logout", Access.UserOrGuest) { WhileLocked = true }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        await devices.DeleteAsync(request.Caller.UserId, [request.Caller.RequiredDevice], cancellationToken);
        return Reply.Empty;
    }
}
