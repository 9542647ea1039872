using Hybrid.Storage.AccountData;
using Hybrid.Storage.Filters;
using Hybrid.Storage.Presence;
using Hybrid.Storage.Receipts;
using Hybrid.Storage.Sqlite.Filters;
using Hybrid.Storage.Sqlite.Presence;
using Hybrid.Storage.Sqlite.Receipts;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Storage.Sqlite.AccountData;

/// <summary>The SQLite stores of account data, filters, receipts and presence.</summary>
public static class SyncSqliteServices
{
    public static IServiceCollection AddSyncSqlite(this IServiceCollection services) => services
        .AddSingleton<IAccountDataStore, SqliteAccountDataStore>()
        .AddSingleton<IFilterStore, SqliteFilterStore>()
        .AddSingleton<IReceiptStore, SqliteReceiptStore>()
        .AddSingleton<IPresenceStore, SqlitePresenceStore>();
}
