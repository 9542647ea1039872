using Hybrid.Rooms.Creation;
using Hybrid.Rooms.DelayedEvents;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Maintenance;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Sending;
using Hybrid.Rooms.State;
using Hybrid.Rooms.Upgrades;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Rooms;

/// <summary>What the room engine puts into the container. The stores, <see cref="ServerIdentity"/> and <see cref="IMemberProfiles"/> come from above.</summary>
public static class RoomsServices
{
    public static IServiceCollection AddRooms(this IServiceCollection services) => services
        .AddSingleton<StateNumbering>()
        .AddSingleton<RoomStates>()
        .AddSingleton<StateCollector>()
        .AddHostedService(static provider => provider.GetRequiredService<StateCollector>())
        .AddSingleton<RoomRegistry>()
        .AddSingleton<EventTemplates>()
        .AddSingleton<MembershipIndex>()
        .AddSingleton<RestrictedJoins>()
        .AddSingleton<RoomSuccession>()
        .AddSingleton<MembershipChanges>()
        .AddSingleton<MemberStateChanges>()
        .AddSingleton<MemberProfileUpdates>()
        .AddSingleton<CanonicalAliasCheck>()
        .AddSingleton<DuplicateAnnotations>()
        .AddSingleton<EventSending>()
        .AddSingleton<RoomCreation>()
        .AddSingleton<RoomUpgrades>()
        .AddSingleton<NewRooms>()
        .AddSingleton<IJobWorker, HistoryPurges>()
        .AddSingleton<IJobWorker, RoomDeletions>()
        .AddSingleton<RoomJobs>()
        .AddHostedService(static provider => provider.GetRequiredService<RoomJobs>());

    /// <summary>Events that are sent later; the composition adds <see cref="DelayedEventOptions"/>.</summary>
    public static IServiceCollection AddDelayedEvents(this IServiceCollection services) => services
        .AddSingleton<DelayedEventQueue>()
        .AddSingleton<DelayedEventSender>()
        .AddSingleton<EventDelays>()
        .AddHostedService<DelayedEventClock>();

    /// <summary>Purges by age; the composition adds <see cref="RetentionOptions"/>.</summary>
    public static IServiceCollection AddRetention(this IServiceCollection services) => services
        .AddSingleton<Retention>()
        .AddHostedService(static provider => provider.GetRequiredService<Retention>());
}
