using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Search.Messages;

/// <summary>The search for what was said: its reader of the log, and the search.</summary>
public static class MessageSearchServices
{
    public static IServiceCollection AddMessageSearch(this IServiceCollection services) => services
        .AddSingleton<MessageIndexReader>()
        .AddHostedService(static provider => provider.GetRequiredService<MessageIndexReader>())
        .AddSingleton<SearchedRooms>()
        .AddSingleton<MessageSearch>();
}
