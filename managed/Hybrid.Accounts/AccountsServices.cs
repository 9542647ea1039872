using Hybrid.Accounts.Devices;
using Hybrid.Accounts.Login;
using Hybrid.Accounts.Moderation;
using Hybrid.Accounts.OpenId;
using Hybrid.Accounts.Profiles;
using Hybrid.Accounts.Sessions;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Accounts;

/// <summary>
/// Accounts, sessions, devices and profiles. To be added by the composition: <see cref="AccountOptions"/>, the stores of
/// accounts and of keys, <see cref="IPasswordHasher"/>, <see cref="IAccountDepartures"/>, <see cref="IProfilePropagation"/>, and any
/// number of <see cref="IAccountErasure"/>.
/// </summary>
public static class AccountsServices
{
    public static IServiceCollection AddAccounts(this IServiceCollection services) => services
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
        .AddSingleton<AccountModeration>()
        .AddSingleton<OpenIdTokens>()
        .AddHostedService<DeviceActivityWriter>();
}
