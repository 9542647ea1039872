using Hybrid.Storage.KeyBackup;
using Hybrid.Storage.Keys;
using Hybrid.Storage.Sqlite.KeyBackup;
using Hybrid.Storage.Sqlite.ToDevice;
using Hybrid.Storage.ToDevice;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Storage.Sqlite.Keys;

/// <summary>Registers what SQLite keeps for end-to-end encryption: keys, device lists, to-device inboxes and key backups.</summary>
public static class KeysSqliteServices
{
    public static IServiceCollection AddKeysSqlite(this IServiceCollection services) =>
        services
            .AddSingleton<PreKeyStatusCache>()
            .AddSingleton<IKeyStore, SqliteKeyStore>()
            .AddSingleton<ICrossSigningStore, SqliteCrossSigningStore>()
            .AddSingleton<IDeviceListStore, SqliteDeviceListStore>()
            .AddSingleton<IToDeviceStore, SqliteToDeviceStore>()
            .AddSingleton<IKeyBackupStore, SqliteKeyBackupStore>();
}
