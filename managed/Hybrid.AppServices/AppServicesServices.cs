using Hybrid.AppServices.Requests;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.AppServices;

/// <summary>What application services put into the container. The composition adds the <see cref="AppServiceDirectory"/>.</summary>
public static class AppServicesServices
{
    public static IServiceCollection AddAppServices(this IServiceCollection services) => services
        .AddSingleton<AppServiceClient>()
        .AddSingleton<AppServicePing>()
        .AddSingleton<ThirdPartyNetworks>()
        .AddHostedService<AppServiceAccounts>();
}
