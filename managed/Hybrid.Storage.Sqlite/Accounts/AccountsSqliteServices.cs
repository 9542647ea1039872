using Hybrid.Storage.Accounts;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Storage.Sqlite.Accounts;

/// <summary>The SQLite stores of accounts, sessions, devices and profiles.</summary>
public static class AccountsSqliteServices
{
    public static IServiceCollection AddAccountsSqlite(this IServiceCollection services) => services
        .AddSingleton<IAccountStore, SqliteAccountStore>()
        .AddSingleton<ISessionStore, SqliteSessionStore>()
        .AddSingleton<IDeviceStore, SqliteDeviceStore>()
        .AddSingleton<IRegistrationTokenStore, SqliteRegistrationTokenStore>()
        .AddSingleton<IProfileStore, SqliteProfileStore>();
}
