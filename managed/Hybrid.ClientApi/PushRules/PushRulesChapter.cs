using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.PushRules;

/// <summary>Push rules: reading and changing them.</summary>
public static class PushRulesChapter
{
    public static IServiceCollection AddPushRulesChapter(this IServiceCollection services) => services
        .AddEndpoint<GetPushRules>()
        .AddEndpoint<GetPushRule>()
        .AddEndpoint<GetPushRulePart>()
        .AddEndpoint<SetPushRule>()
        .AddEndpoint<DeletePushRule>()
        .AddEndpoint<SetPushRulePart>();

    public static void MapPushRulesChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<GetPushRules>();
        routes.MapEndpoint<GetPushRule>();
        routes.MapEndpoint<GetPushRulePart>();
        routes.MapEndpoint<SetPushRule>();
        routes.MapEndpoint<DeletePushRule>();
        routes.MapEndpoint<SetPushRulePart>();
    }
}
