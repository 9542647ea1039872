using Hybrid.Storage.AccountData;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Checks;
using Hybrid.Storage.Filters;
using Hybrid.Storage.Jobs;
using Hybrid.Storage.KeyBackup;
using Hybrid.Storage.Keys;
using Hybrid.Storage.Media;
using Hybrid.Storage.OAuth;
using Hybrid.Storage.Postgres.AccountData;
using Hybrid.Storage.Postgres.Accounts;
using Hybrid.Storage.Postgres.Checks;
using Hybrid.Storage.Postgres.Filters;
using Hybrid.Storage.Postgres.Jobs;
using Hybrid.Storage.Postgres.KeyBackup;
using Hybrid.Storage.Postgres.Keys;
using Hybrid.Storage.Postgres.Media;
using Hybrid.Storage.Postgres.OAuth;
using Hybrid.Storage.Postgres.Presence;
using Hybrid.Storage.Postgres.Push;
using Hybrid.Storage.Postgres.Receipts;
using Hybrid.Storage.Postgres.Rooms;
using Hybrid.Storage.Postgres.ThirdParty;
using Hybrid.Storage.Postgres.ToDevice;
using Hybrid.Storage.Postgres.UserDirectory;
using Hybrid.Storage.Presence;
using Hybrid.Storage.Push;
using Hybrid.Storage.Receipts;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.State;
using Hybrid.Storage.ThirdParty;
using Hybrid.Storage.ToDevice;
using Hybrid.Storage.UserDirectory;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Storage.Postgres;

/// <summary>Every store on PostgreSQL.</summary>
public static class PostgresServices
{
    public static IServiceCollection AddPostgresStores(this IServiceCollection services) => services
        .AddSingleton<IRoomStore, PostgresRoomStore>()
        .AddSingleton<IStateStore, PostgresStateStore>()
        .AddSingleton<IBlockedRoomStore, PostgresBlockedRoomStore>()
        .AddSingleton<IRoomRemovalStore, PostgresRoomRemovalStore>()
        .AddSingleton<IRoomStatisticsStore, PostgresRoomStatisticsStore>()
        .AddSingleton<IJobStore, PostgresJobStore>()
        .AddSingleton<IEngineCheck, PostgresCheck>()
        .AddSingleton<IMembershipStore, PostgresMembershipStore>()
        .AddSingleton<IAliasStore, PostgresAliasStore>()
        .AddSingleton<IAccountStore, PostgresAccountStore>()
        .AddSingleton<ISessionStore, PostgresSessionStore>()
        .AddSingleton<IDeviceStore, PostgresDeviceStore>()
        .AddSingleton<IRegistrationTokenStore, PostgresRegistrationTokenStore>()
        .AddSingleton<IExternalIdentityStore, PostgresExternalIdentityStore>()
        .AddSingleton<IProfileStore, PostgresProfileStore>()
        .AddSingleton<IAccountDataStore, PostgresAccountDataStore>()
        .AddSingleton<IFilterStore, PostgresFilterStore>()
        .AddSingleton<IReceiptStore, PostgresReceiptStore>()
        .AddSingleton<IPresenceStore, PostgresPresenceStore>()
        .AddSingleton<PreKeyStatusCache>()
        .AddSingleton<IKeyStore, PostgresKeyStore>()
        .AddSingleton<ICrossSigningStore, PostgresCrossSigningStore>()
        .AddSingleton<IDeviceListStore, PostgresDeviceListStore>()
        .AddSingleton<IThirdPartyStore, PostgresThirdPartyStore>()
        .AddSingleton<IToDeviceStore, PostgresToDeviceStore>()
        .AddSingleton<IKeyBackupStore, PostgresKeyBackupStore>()
        .AddSingleton<IMediaStore, PostgresMediaStore>()
        .AddSingleton<IOAuthStore, PostgresOAuthStore>()
        .AddSingleton<IUnreadStore, PostgresUnreadStore>()
        .AddSingleton<IUserDirectoryStore, PostgresUserDirectoryStore>();
}
