using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Search.UserDirectory;

/// <summary>The user directory: its reader of the log, and the search.</summary>
public static class UserDirectoryServices
{
    public static IServiceCollection AddUserDirectory(this IServiceCollection services) => services
        .AddSingleton<UserDirectoryReader>()
        .AddHostedService(static provider => provider.GetRequiredService<UserDirectoryReader>())
        .AddSingleton<UserSearch>();
}
