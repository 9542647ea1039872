using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.FederationApi.Keys;

static class KeysChapter
{
    public static IServiceCollection AddKeysChapter(this IServiceCollection services) => services
        .AddEndpoint<ServerKeysEndpoint>()
        .AddEndpoint<QueryServerKeysEndpoint>()
        .AddEndpoint<QueryKeysEndpoint>();

    public static void MapKeysChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<ServerKeysEndpoint>();
        routes.MapEndpoint<QueryServerKeysEndpoint>();
        routes.MapEndpoint<QueryKeysEndpoint>();
    }
}
