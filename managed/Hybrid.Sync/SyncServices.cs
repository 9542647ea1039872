using Hybrid.Accounts.AccountData;
using Hybrid.Accounts.Filters;
using Hybrid.Accounts.Keys;
using Hybrid.Ephemeral.Presence;
using Hybrid.Ephemeral.Receipts;
using Hybrid.Ephemeral.Typing;
using Hybrid.Sync.Notifier;
using Hybrid.Sync.Sliding;
using Hybrid.Sync.Sliding.Extensions;
using Hybrid.Sync.Streams;
using Hybrid.Sync.Timelines;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Sync;

/// <summary>Puts sync, and what it shows beside rooms, into the container. Stores, rooms and <see cref="Storage.Push.IUnreadCounts"/> come from elsewhere.</summary>
public static class SyncServices
{
    public static IServiceCollection AddSync(this IServiceCollection services) => services
        .AddSingleton<TypingTracker>()
        .AddSingleton<ReceiptService>()
        .AddSingleton<PresenceTracker>()
        .AddSingleton<AccountDataService>()
        .AddSingleton<RoomTags>()
        .AddSingleton<IgnoredUsers>()
        .AddSingleton<PolicySubscriptions>()
        .AddSingleton<HiddenUsers>()
        .AddSingleton<InvitePermissions>()
        .AddSingleton<FilterRegistry>()
        .AddSingleton<SharedRooms>()
        .AddSingleton<ISharedRooms>(static provider => provider.GetRequiredService<SharedRooms>())
        .AddSingleton<SyncNotifier>()
        .AddSingleton<SyncTurns>()
        .AddSingleton<LazyMemberMemory>()
        .AddSingleton<TimelineReader>()
        .AddSingleton<RoomStateReader>()
        .AddSingleton<RoomViewReader>()
        .AddSingleton<EventListWriter>()
        .AddSingleton<RoomMemberships>()
        .AddSingleton<TypingStream>()
        .AddSingleton<ReceiptStream>()
        .AddSingleton<JoinedRoomStream>()
        .AddSingleton<InvitedRoomStream>()
        .AddSingleton<KnockedRoomStream>()
        .AddSingleton<LeftRoomStream>()
        .AddSingleton<AccountDataStream>()
        .AddSingleton<ToDeviceStream>()
        .AddSingleton<DeviceListStream>()
        .AddSingleton<PresenceStream>()
        .AddSingleton<KeyCountStream>()
        .AddSingleton<SyncStreams>()
        .AddSingleton(static provider => new SyncEngine(
            provider.GetRequiredService<SyncNotifier>(),
            provider.GetRequiredService<SyncTurns>(),
            provider.GetRequiredService<LazyMemberMemory>(),
            provider.GetRequiredService<SyncStreams>(),
            provider.GetRequiredService<TimeProvider>()))
        .AddSlidingSync();

    static IServiceCollection AddSlidingSync(this IServiceCollection services) => services
        .AddSingleton<RoomActivity>()
        .AddSingleton<SlidingConnections>()
        .AddSingleton<RoomLists>()
        .AddSingleton<WindowMoves>()
        .AddSingleton<RequiredStateReader>()
        .AddSingleton<SlidingRoomReader>()
        .AddSingleton<SlidingRoomWriter>()
        .AddSingleton<ISlidingExtension, ToDeviceExtension>()
        .AddSingleton<ISlidingExtension, EncryptionExtension>()
        .AddSingleton<ISlidingExtension, AccountDataExtension>()
        .AddSingleton<ISlidingExtension, ReceiptExtension>()
        .AddSingleton<ISlidingExtension, TypingExtension>()
        .AddSingleton<ISlidingExtension, ThreadSubscriptionExtension>()
        .AddSingleton(static provider => new SlidingSyncEngine(
            provider.GetRequiredService<SyncNotifier>(),
            provider.GetRequiredService<SyncTurns>(),
            provider.GetRequiredService<SlidingConnections>(),
            provider.GetRequiredService<RoomLists>(),
            provider.GetRequiredService<WindowMoves>(),
            provider.GetRequiredService<RoomActivity>(),
            provider.GetRequiredService<SlidingRoomReader>(),
            provider.GetRequiredService<SlidingRoomWriter>(),
            provider.GetRequiredService<ToDeviceStream>(),
            provider.GetServices<ISlidingExtension>(),
            provider.GetRequiredService<TimeProvider>()));
}
