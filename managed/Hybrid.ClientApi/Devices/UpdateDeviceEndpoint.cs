using Hybrid.Accounts.Devices;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Devices;

namespace Hybrid.ClientApi.Devices;

/// <summary><c>PUT /_matrix/client/v3/devices/{deviceId}</c></summary>
sealed class UpdateDeviceEndpoint(UserDevices devices) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("PUT", "/_matrix/client/v3/devices/{deviceId}", Access.UserOrGuest)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(DevicesJson.Default.UpdateDeviceRequest, cancellationToken);
        var deviceId = request.Path<DeviceId>("deviceId");
        if (body.DisplayName is { } refusedName && UserDevices.CheckDisplayName(refusedName) is { } refused)
            return refused;

        // Without a name nothing changes, but a device that is not there is told all the same.
        var user = request.Caller.UserId;
        var found = body.DisplayName is { } name
            ? await devices.RenameAsync(user, deviceId, name, cancellationToken)
            : await devices.FindAsync(user, deviceId, cancellationToken) is not null;
        return found ? Reply.Empty : MatrixError.NotFound("You have no such device.");
    }
}
