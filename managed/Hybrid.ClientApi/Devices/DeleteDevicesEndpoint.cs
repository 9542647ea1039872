using Hybrid.Accounts.Devices;
using Hybrid.ClientApi.Auth;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Devices;

namespace Hybrid.ClientApi.Devices;

/// <summary><c>POST /_matrix/client/v3/delete_devices</c></summary>
sealed class DeleteDevicesEndpoint(InteractiveAuth auth, UserDevices devices) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/client/v3/delete_devices", Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(DevicesJson.Default.DeleteDevicesRequest, cancellationToken);
        if (body.Devices is not { } wanted)
            return MatrixError.MissingParam("'devices' is missing.");

        var deviceIds = new List<DeviceId>(wanted.Count);
        foreach (var text in wanted)
        {
            if (!DeviceId.TryParse(text, out var deviceId))
                return MatrixError.InvalidParam("'devices' has an entry that is no device ID.");
            deviceIds.Add(deviceId);
        }

        if (await auth.RequireAsync(request, InteractivePurpose.DeleteDevices, cancellationToken) is { } challenge)
            return challenge;

        await devices.DeleteAsync(request.Caller.UserId, deviceIds, cancellationToken);
        return Reply.Empty;
    }
}
