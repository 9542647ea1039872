using Hybrid.Accounts.Devices;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Devices;

namespace Hybrid.ClientApi.Devices;

/// <summary><c>PUT /_matrix/client/v3/devices/{deviceId}</c>; application services make devices by it too, for which they need no login.</summary>
sealed class UpdateDeviceEndpoint(UserDevices devices) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("PUT", "/_matrix/client/v3/devices/{deviceId}", Access.UserOrGuest)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(DevicesJson.Default.UpdateDeviceRequest, cancellationToken);
        var deviceId = request.Path<DeviceId>("deviceId");
        if (body.DisplayName is { } refusedName && UserDevices.CheckDisplayName(refusedName) is { } refused)
            return refused;

        if (request.Caller.AppServiceId is not null && await devices.TryCreateAsync(request.Caller.UserId, deviceId, body.DisplayName, cancellationToken))
            return Reply.Raw("{}"u8.ToArray(), 201);

        // Without a name nothing changes, but a device that is not there is told all the same.
        var user = request.Caller.UserId;
        var found = body.DisplayName is { } name
            ? await devices.RenameAsync(user, deviceId, name, cancellationToken)
            : await devices.FindAsync(user, deviceId, cancellationToken) is not null;
        return found ? Reply.Empty : MatrixError.NotFound("You have no such device.");
    }
}
