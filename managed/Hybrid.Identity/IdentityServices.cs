using Hybrid.Accounts.ThirdParty;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Identity;

/// <summary>Whom accounts' addresses are proven and published by. The composition adds mail.</summary>
public static class IdentityServices
{
    public static IServiceCollection AddIdentity(this IServiceCollection services, IdentityOptions options, SmsOptions sms) => services
        .AddSingleton(options)
        .AddSingleton(sms)
        .AddSingleton<SmsGateway>()
        .AddSingleton<IAddressMessages, AddressMessages>()
        .AddSingleton<IIdentityServers, IdentityServers>();
}
