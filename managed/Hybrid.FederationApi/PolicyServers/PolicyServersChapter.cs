using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.FederationApi.PolicyServers;

static class PolicyServersChapter
{
    public static IServiceCollection AddPolicyServersChapter(this IServiceCollection services) => services.AddEndpoint<SignEndpoint>();

    public static void MapPolicyServersChapter(this IEndpointRouteBuilder routes) => routes.MapEndpoint<SignEndpoint>();
}
