using Hybrid.Federation.Inbound.Edus;
using Hybrid.Federation.Outbound.Edus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Hybrid.Federation.Outbound;

/// <summary>What sending to other servers puts into the container. It needs an <c>IFederationClient</c> and an <c>IDestinationHealth</c>.</summary>
public static class OutboundServices
{
    public static IServiceCollection AddOutbound(this IServiceCollection services) => services
        .AddSingleton<DestinationRooms>()
        .AddSingleton<IDestinationRooms>(static provider => provider.GetRequiredService<DestinationRooms>())
        .AddSingleton<FederationSender>()
        .AddSingleton<DestinationOverview>()
        .AddSingleton<OutboundEvents>()
        .AddHostedService(static provider => provider.GetRequiredService<FederationSender>())
        .AddHostedService(static provider => provider.GetRequiredService<OutboundEvents>());

    /// <summary>Typing, receipts and presence, to other servers and from them.</summary>
    public static IServiceCollection AddEphemeralEdus(this IServiceCollection services) => services
        .AddSource<TypingEdus>()
        .AddSource<ReceiptEdus>()
        .AddSource<PresenceEdus>()
        .AddSingleton<EarlyReceipts>()
        .AddHostedService(static provider => provider.GetRequiredService<EarlyReceipts>())
        .AddSingleton<IEduHandler, TypingEduHandler>()
        .AddSingleton<IEduHandler, ReceiptEduHandler>()
        .AddSingleton<IEduHandler, PresenceEduHandler>();

    static IServiceCollection AddSource<T>(this IServiceCollection services)
        where T : class, IEduSource, IHostedService => services
        .AddSingleton<T>()
        .AddSingleton<IEduSource>(static provider => provider.GetRequiredService<T>())
        .AddHostedService(static provider => provider.GetRequiredService<T>());
}
