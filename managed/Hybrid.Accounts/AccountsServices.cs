using Hybrid.Accounts.Devices;
using Hybrid.Accounts.Login;
using Hybrid.Accounts.Moderation;
using Hybrid.Accounts.OpenId;
using Hybrid.Accounts.Profiles;
using Hybrid.Accounts.Sessions;
using Hybrid.Accounts.SingleSignOn;
using Hybrid.Accounts.ThirdParty;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Hybrid.Accounts;

/// <summary>
/// Accounts, sessions, devices, profiles and addresses. To be added by the composition: <see cref="AccountOptions"/>, the stores of
/// accounts, addresses and keys, <see cref="IPasswordHasher"/>, <see cref="IAccountDepartures"/>, <see cref="IProfilePropagation"/>, and any
/// number of <see cref="IAccountErasure"/>; <see cref="IAddressMessages"/> and <see cref="IIdentityServers"/> if the server is to reach those.
/// </summary>
public static class AccountsServices
{
    public static IServiceCollection AddAccounts(this IServiceCollection services)
    {
        services.TryAddSingleton<IAddressMessages, NoAddressMessages>();
        services.TryAddSingleton<IIdentityServers, NoIdentityServers>();
        return services.AddParts();
    }

    static IServiceCollection AddParts(this IServiceCollection services) => services
        .AddSingleton<SignOnAccounts>()
        .AddSingleton<AddressProofs>()
        .AddSingleton<AccountAddresses>()
        .AddSingleton<PasswordWorker>()
        .AddSingleton<PasswordUpgrades>()
        .AddSingleton<PasswordLogin>()
        .AddSingleton<AccountRegistration>()
        .AddSingleton<AccountDeactivation>()
        .AddSingleton<RegistrationTokens>()
        .AddSingleton<LoginTokens>()
        .AddSingleton<AccessTokens>()
        .AddSingleton<UserSessions>()
        .AddSingleton<DeviceActivity>()
        .AddSingleton<UserDevices>()
        .AddSingleton<UserProfiles>()
        .AddSingleton<ProfileLookup>()
        .AddSingleton<AccountModeration>()
        .AddSingleton<OpenIdTokens>()
        .AddHostedService<DeviceActivityWriter>();
}
