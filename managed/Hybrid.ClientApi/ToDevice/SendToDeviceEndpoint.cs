using Hybrid.Accounts.ToDevice;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.ToDevice;

namespace Hybrid.ClientApi.ToDevice;

/// <summary><c>PUT /_matrix/client/v3/sendToDevice/{eventType}/{txnId}</c></summary>
sealed class SendToDeviceEndpoint(ToDeviceSender sender, ArrivalOrder order) : IEndpoint
{
    // One request may carry a room key to hundreds of devices.
    const int MaxBodyBytes = 8 * 1024 * 1024;

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("PUT", "/_matrix/client/v3/sendToDevice/{eventType}/{txnId}", Access.UserOrGuest) { MaxBodyBytes = MaxBodyBytes }];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) => request.Caller.DeviceId is { } device
        ? order.RunAsync(request.Caller.UserId, device, () => SendAsync(request, cancellationToken), cancellationToken)
        : SendAsync(request, cancellationToken);

    async ValueTask<Result<Reply>> SendAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(ToDeviceJson.Default.SendToDeviceRequest, cancellationToken);
        var sent = await sender.SendAsync(
            request.Caller.UserId, request.Caller.DeviceId, request.Path("txnId"), request.Path("eventType"), body, cancellationToken);
        return sent.Error is { } error ? error : Reply.Empty;
    }
}
