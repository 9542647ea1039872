using Hybrid.Accounts.Devices;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Devices;

namespace Hybrid.ClientApi.Devices;

/// <summary><c>GET /_matrix/client/v3/devices/{deviceId}</c></summary>
sealed class GetDeviceEndpoint(UserDevices devices) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/devices/{deviceId}", Access.UserOrGuest)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        await devices.FindAsync(request.Caller.UserId, request.Path<DeviceId>("deviceId"), cancellationToken) is { } device
            ? Reply.Json(ListDevicesEndpoint.Show(device), DevicesJson.Default.ClientDevice)
            : MatrixError.NotFound("You have no such device.");
}
