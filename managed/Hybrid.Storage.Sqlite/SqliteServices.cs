using Hybrid.Storage.AccountData;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Checks;
using Hybrid.Storage.Filters;
using Hybrid.Storage.Jobs;
using Hybrid.Storage.KeyBackup;
using Hybrid.Storage.Keys;
using Hybrid.Storage.Media;
using Hybrid.Storage.OAuth;
using Hybrid.Storage.Presence;
using Hybrid.Storage.Push;
using Hybrid.Storage.Receipts;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Sqlite.AccountData;
using Hybrid.Storage.Sqlite.Accounts;
using Hybrid.Storage.Sqlite.Checks;
using Hybrid.Storage.Sqlite.Filters;
using Hybrid.Storage.Sqlite.Jobs;
using Hybrid.Storage.Sqlite.KeyBackup;
using Hybrid.Storage.Sqlite.Keys;
using Hybrid.Storage.Sqlite.Media;
using Hybrid.Storage.Sqlite.OAuth;
using Hybrid.Storage.Sqlite.Presence;
using Hybrid.Storage.Sqlite.Push;
using Hybrid.Storage.Sqlite.Receipts;
using Hybrid.Storage.Sqlite.Rooms;
using Hybrid.Storage.Sqlite.ThirdParty;
using Hybrid.Storage.Sqlite.ToDevice;
using Hybrid.Storage.Sqlite.UserDirectory;
using Hybrid.Storage.State;
using Hybrid.Storage.ThirdParty;
using Hybrid.Storage.ToDevice;
using Hybrid.Storage.UserDirectory;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Storage.Sqlite;

/// <summary>Every store on SQLite.</summary>
public static class SqliteServices
{
    public static IServiceCollection AddSqliteStores(this IServiceCollection services) => services
        .AddSingleton<IRoomStore, SqliteRoomStore>()
        .AddSingleton<IStateStore, SqliteStateStore>()
        .AddSingleton<IBlockedRoomStore, SqliteBlockedRoomStore>()
        .AddSingleton<IRoomRemovalStore, SqliteRoomRemovalStore>()
        .AddSingleton<IRoomStatisticsStore, SqliteRoomStatisticsStore>()
        .AddSingleton<IJobStore, SqliteJobStore>()
        .AddSingleton<IEngineCheck, SqliteCheck>()
        .AddSingleton<IMembershipStore, SqliteMembershipStore>()
        .AddSingleton<IAliasStore, SqliteAliasStore>()
        .AddSingleton<IAccountStore, SqliteAccountStore>()
        .AddSingleton<ISessionStore, SqliteSessionStore>()
        .AddSingleton<IDeviceStore, SqliteDeviceStore>()
        .AddSingleton<IRegistrationTokenStore, SqliteRegistrationTokenStore>()
        .AddSingleton<IExternalIdentityStore, SqliteExternalIdentityStore>()
        .AddSingleton<IProfileStore, SqliteProfileStore>()
        .AddSingleton<IAccountDataStore, SqliteAccountDataStore>()
        .AddSingleton<IFilterStore, SqliteFilterStore>()
        .AddSingleton<IReceiptStore, SqliteReceiptStore>()
        .AddSingleton<IPresenceStore, SqlitePresenceStore>()
        .AddSingleton<PreKeyStatusCache>()
        .AddSingleton<IKeyStore, SqliteKeyStore>()
        .AddSingleton<ICrossSigningStore, SqliteCrossSigningStore>()
        .AddSingleton<IDeviceListStore, SqliteDeviceListStore>()
        .AddSingleton<IThirdPartyStore, SqliteThirdPartyStore>()
        .AddSingleton<IToDeviceStore, SqliteToDeviceStore>()
        .AddSingleton<IKeyBackupStore, SqliteKeyBackupStore>()
        .AddSingleton<IMediaStore, SqliteMediaStore>()
        .AddSingleton<IOAuthStore, SqliteOAuthStore>()
        .AddSingleton<IUnreadStore, SqliteUnreadStore>()
        .AddSingleton<IUserDirectoryStore, SqliteUserDirectoryStore>();
}
