using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.FederationApi.Queries;

/// <summary>What servers ask each other about users and aliases (server-server API, "Querying for information").</summary>
static class QueriesChapter
{
    public static IServiceCollection AddQueriesChapter(this IServiceCollection services) => services
        .AddEndpoint<QueryProfileEndpoint>()
        .AddEndpoint<QueryDirectoryEndpoint>()
        .AddEndpoint<QueryEndpoint>();

    public static void MapQueriesChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<QueryProfileEndpoint>();
        routes.MapEndpoint<QueryDirectoryEndpoint>();
        routes.MapEndpoint<QueryEndpoint>();
    }
}
