using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.Calls;

/// <summary>What calls need of a server. The composition adds <see cref="CallOptions"/>.</summary>
public static class CallsChapter
{
    public static IServiceCollection AddCallsChapter(this IServiceCollection services) => services
        .AddEndpoint<TurnServer>()
        .AddEndpoint<RtcTransports>();

    public static void MapCallsChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<TurnServer>();
        routes.MapEndpoint<RtcTransports>();
    }
}
