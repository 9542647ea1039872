using Hybrid.Storage.UserDirectory;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Storage.Sqlite.UserDirectory;

/// <summary>The user directory's store on SQLite.</summary>
public static class UserDirectorySqliteServices
{
    public static IServiceCollection AddUserDirectorySqlite(this IServiceCollection services) =>
        services.AddSingleton<IUserDirectoryStore, SqliteUserDirectoryStore>();
}
