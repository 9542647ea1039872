using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.Filters;

/// <summary>Filters (specification, "Filtering").</summary>
public static class FiltersChapter
{
    public static IServiceCollection AddFiltersChapter(this IServiceCollection services) => services.AddEndpoint<CreateFilter>().AddEndpoint<GetFilter>();

    public static void MapFiltersChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<CreateFilter>();
        routes.MapEndpoint<GetFilter>();
    }
}
