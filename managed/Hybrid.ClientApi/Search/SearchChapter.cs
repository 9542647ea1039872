using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.Search;

/// <summary>Finding what was said.</summary>
public static class SearchChapter
{
    public static IServiceCollection AddSearchChapter(this IServiceCollection services) => services
        .AddSingleton<ResultContexts>()
        .AddEndpoint<SearchEvents>();

    public static void MapSearchChapter(this IEndpointRouteBuilder routes) => routes.MapEndpoint<SearchEvents>();
}
