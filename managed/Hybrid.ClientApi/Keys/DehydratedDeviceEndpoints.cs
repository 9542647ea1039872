using Hybrid.Accounts.Keys;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Keys;

namespace Hybrid.ClientApi.Keys;

/// <summary><c>GET …/dehydrated_device</c> (MSC3814)</summary>
sealed class GetDehydratedDevice(DehydratedDevices devices) : IEndpoint
{
    internal const string Path = "/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device";

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", Path, Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (await devices.FindAsync(request.Caller.UserId, cancellationToken) is not { } device)
            return MatrixError.NotFound("There is no dehydrated device.");

        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("device_id"u8, device.DeviceId.Value);
            writer.WritePropertyName("device_data"u8);
            writer.WriteRawValue(device.Data.Span, skipInputValidation: true);
            writer.WriteEndObject();
        });
    }
}

/// <summary><c>PUT …/dehydrated_device</c> (MSC3814)</summary>
sealed class PutDehydratedDevice(DehydratedDevices devices) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("PUT", GetDehydratedDevice.Path, Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var upload = await request.ReadJsonAsync(KeysJson.Default.DehydratedDeviceUpload, cancellationToken);
        return (await devices.PutAsync(request.Caller.UserId, upload, cancellationToken)).Error is { } error ? error : OfDevice(upload.DeviceId);
    }

    internal static Reply OfDevice(DeviceId deviceId) => Reply.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("device_id"u8, deviceId.Value);
        writer.WriteEndObject();
    });
}

/// <summary><c>DELETE …/dehydrated_device</c> (MSC3814)</summary>
sealed class DeleteDehydratedDevice(DehydratedDevices devices) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("DELETE", GetDehydratedDevice.Path, Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        (await devices.DeleteAsync(request.Caller.UserId, cancellationToken)).TryGet(out var deviceId, out var error)
            ? PutDehydratedDevice.OfDevice(deviceId)
            : error;
}
