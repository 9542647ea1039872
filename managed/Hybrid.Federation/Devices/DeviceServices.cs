using Hybrid.Accounts.Keys;
using Hybrid.Accounts.ToDevice;
using Hybrid.Federation.Inbound.Edus;
using Hybrid.Federation.Outbound;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Federation.Devices;

/// <summary>Registers end-to-end encryption across servers. Needs <see cref="IDestinationRooms"/>, who is in which room, beside it.</summary>
public static class DeviceServices
{
    public static IServiceCollection AddFederatedDevices(this IServiceCollection services) => services
        .AddSingleton<RemoteSharing>()
        .AddSingleton<RemoteKeyReader>()
        .AddSingleton<KeyServerClient>()
        .AddSingleton<RemoteListFetcher>()
        .AddSingleton<RemoteKeyClaims>()
        .AddSingleton<IRemoteKeys, RemoteKeys>()
        .AddSingleton<RemoteListWorker>()
        .AddHostedService(static provider => provider.GetRequiredService<RemoteListWorker>())
        .AddSingleton<IEduHandler, DeviceListUpdateHandler>()
        .AddSingleton<IEduHandler, SigningKeyUpdateHandler>()
        .AddSingleton<IEduHandler, UnstableSigningKeyUpdateHandler>()
        .AddSingleton<IEduHandler, DirectToDeviceHandler>()
        .AddSingleton<ToDeviceSource>()
        .AddSingleton<IRemoteToDevice>(static provider => provider.GetRequiredService<ToDeviceSource>())
        .AddSingleton<IEduSource>(static provider => provider.GetRequiredService<ToDeviceSource>())
        .AddSingleton<DeviceUpdates>()
        .AddSingleton<DeviceListSource>()
        .AddSingleton<IEduSource>(static provider => provider.GetRequiredService<DeviceListSource>())
        .AddHostedService<DeviceListFanOut>();
}
