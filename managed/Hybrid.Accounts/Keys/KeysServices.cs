using Hybrid.Accounts.Login;
using Hybrid.Accounts.ToDevice;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Accounts.Keys;

/// <summary>Registers key management and to-device messaging.</summary>
public static class KeysServices
{
    /// <summary>
    /// Needs the stores, an <see cref="ISignatureVerifier"/>, an <see cref="ISharedRooms"/> and a <see cref="TimeProvider"/>
    /// beside it; an <see cref="IRemoteToDevice"/> and an <see cref="IRemoteKeys"/> are used when there are any.
    /// </summary>
    public static IServiceCollection AddKeyServices(this IServiceCollection services) =>
        services
            .AddSingleton<KeyUploads>()
            .AddSingleton<DehydratedDevices>()
            .AddSingleton<KeyDirectory>()
            .AddSingleton<CrossSigningUploads>()
            .AddSingleton<SignatureUploads>()
            .AddSingleton<DeviceListChanges>()
            .AddSingleton<ToDeviceSender>()
            .AddSingleton<ArrivalOrder>()
            .AddSingleton<IAccountErasure, KeyBackupErasure>()
            .AddSingleton<IAccountErasure, CrossSigningErasure>();
}
