using Hybrid.Accounts.SingleSignOn;
using Hybrid.Accounts.ThirdParty;
using Hybrid.Identity.SingleSignOn;
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

    /// <summary>Single sign-on with an OpenID provider, if there is one.</summary>
    public static IServiceCollection AddSignOn(this IServiceCollection services, OidcOptions options) => options.Issuer is null
        ? services
        : services.AddSingleton(options).AddSingleton<ISignOnProvider, OidcProvider>();
}
