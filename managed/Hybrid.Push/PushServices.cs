using Hybrid.Push.Rules;
using Hybrid.Push.Unread;
using Hybrid.Rooms.Maintenance;
using Hybrid.Rooms.Upgrades;
using Hybrid.Storage.Push;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Push;

/// <summary>What push puts into the container.</summary>
public static class PushServices
{
    public static IServiceCollection AddPush(this IServiceCollection services) => services
        .AddSingleton<PushRuleAccountData>()
        .AddSingleton<IPushRuleSource>(static provider => provider.GetRequiredService<PushRuleAccountData>())
        .AddSingleton<IPersonalRoomSettings, RoomRuleCopies>()
        .AddSingleton<PushRuleCache>()
        .AddSingleton<UnreadReader>()
        .AddSingleton<IRoomRemovalObserver>(static provider => provider.GetRequiredService<UnreadReader>())
        .AddSingleton<IUnreadCounts>(static provider => provider.GetRequiredService<UnreadReader>())
        .AddHostedService(static provider => provider.GetRequiredService<UnreadReader>());
}
