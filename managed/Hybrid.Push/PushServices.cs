using Hybrid.Mail;
using Hybrid.Push.Pushers;
using Hybrid.Push.Rules;
using Hybrid.Push.Unread;
using Hybrid.Rooms.Maintenance;
using Hybrid.Rooms.Upgrades;
using Hybrid.Storage.Push;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Push;

/// <summary>What push puts into the container.</summary>
public static class PushServices
{
    /// <summary>Needs an <see cref="IOwnedAddresses"/> and mail beside what it adds.</summary>
    public static IServiceCollection AddPush(this IServiceCollection services, PusherOptions options) => services
        .AddSingleton(options)
        .AddSingleton<PushRuleAccountData>()
        .AddSingleton<IPushRuleSource>(static provider => provider.GetRequiredService<PushRuleAccountData>())
        .AddSingleton<IPersonalRoomSettings, RoomRuleCopies>()
        .AddSingleton<PushRuleCache>()
        .AddSingleton<UnreadReader>()
        .AddSingleton<IRoomRemovalObserver>(static provider => provider.GetRequiredService<UnreadReader>())
        .AddSingleton<IUnreadCounts>(static provider => provider.GetRequiredService<UnreadReader>())
        .AddSingleton<IUnreadEvents>(static provider => provider.GetRequiredService<UnreadReader>())
        .AddHostedService(static provider => provider.GetRequiredService<UnreadReader>())
        .AddPushers();

    static IServiceCollection AddPushers(this IServiceCollection services) => services
        .AddSingleton<PushActionReader>()
        .AddSingleton<PusherRegistry>()
        .AddSingleton<BadgeCounts>()
        .AddSingleton<WaitingEvents>()
        .AddSingleton<MailText>()
        .AddSingleton<IPusherDelivery, GatewayDelivery>()
        .AddSingleton<IPusherDelivery, MailDelivery>()
        .AddSingleton<PusherPool>()
        .AddSingleton<PushReader>()
        .AddHostedService(static provider => provider.GetRequiredService<PusherPool>())
        .AddHostedService(static provider => provider.GetRequiredService<PushReader>())
        .AddSingleton(static provider => new PusherSetup(
            provider.GetRequiredService<IPusherStore>(), provider.GetRequiredService<PusherRegistry>(), provider.GetRequiredService<PusherOptions>(),
            provider.GetRequiredService<IMailSender>(), provider.GetRequiredService<IOwnedAddresses>(), provider.GetRequiredService<StreamHub>(),
            provider.GetRequiredService<TimeProvider>()));
}
