using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Federation.Outbound;

/// <summary>What sending to other servers puts into the container. It needs an <c>IFederationClient</c> and an <c>IDestinationHealth</c>.</summary>
public static class OutboundServices
{
    public static IServiceCollection AddOutbound(this IServiceCollection services) => services
        .AddSingleton<DestinationRooms>()
        .AddSingleton<IDestinationRooms>(static provider => provider.GetRequiredService<DestinationRooms>())
        .AddSingleton<FederationSender>()
        .AddSingleton<OutboundEvents>()
        .AddHostedService(static provider => provider.GetRequiredService<FederationSender>())
        .AddHostedService(static provider => provider.GetRequiredService<OutboundEvents>());
}
