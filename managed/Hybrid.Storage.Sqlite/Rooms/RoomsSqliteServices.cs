using Hybrid.Storage.Jobs;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Sqlite.Jobs;
using Hybrid.Storage.State;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Storage.Sqlite.Rooms;

/// <summary>The stores of rooms on SQLite.</summary>
public static class RoomsSqliteServices
{
    public static IServiceCollection AddRoomsSqlite(this IServiceCollection services) => services
        .AddSingleton<IRoomStore, SqliteRoomStore>()
        .AddSingleton<IStateStore, SqliteStateStore>()
        .AddSingleton<IMembershipStore, SqliteMembershipStore>()
        .AddSingleton<IAliasStore, SqliteAliasStore>()
        .AddSingleton<IBlockedRoomStore, SqliteBlockedRoomStore>()
        .AddSingleton<IRoomRemovalStore, SqliteRoomRemovalStore>()
        .AddSingleton<IRoomStatisticsStore, SqliteRoomStatisticsStore>()
        .AddSingleton<IJobStore, SqliteJobStore>();
}
