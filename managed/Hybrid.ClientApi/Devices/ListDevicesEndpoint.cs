using Hybrid.Accounts.Devices;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Devices;
using Hybrid.Storage.Accounts;

namespace Hybrid.ClientApi.Devices;

/// <summary><c>GET /_matrix/client/v3/devices</c></summary>
sealed class ListDevicesEndpoint(UserDevices devices) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/devices", Access.UserOrGuest)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var found = await devices.ListAsync(request.Caller.UserId, cancellationToken);
        return Reply.Json(new DevicesResponse([.. found.Select(Show)]), DevicesJson.Default.DevicesResponse);
    }

    internal static ClientDevice Show(DeviceRecord device) =>
        new(device.UserId, device.DeviceId, device.DisplayName, device.LastSeenIp, device.LastSeenAt?.ToUnixTimeMilliseconds());
}
