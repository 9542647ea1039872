using Hybrid.Accounts.Devices;
using Hybrid.ClientApi.Auth;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Devices;

/// <summary><c>DELETE /_matrix/client/v3/devices/{deviceId}</c></summary>
sealed class DeleteDeviceEndpoint(InteractiveAuth auth, UserDevices devices) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("DELETE", "/_matrix/client/v3/devices/{deviceId}", Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var deviceId = request.Path<DeviceId>("deviceId");
        if (await auth.RequireAsync(request, InteractivePurpose.DeleteDevices, cancellationToken) is { } challenge)
            return challenge;

        await devices.DeleteAsync(request.Caller.UserId, [deviceId], cancellationToken);
        return Reply.Empty;
    }
}
