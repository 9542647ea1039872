using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.FederationApi.Membership;

static class MembershipChapter
{
    public static IServiceCollection AddMembershipChapter(this IServiceCollection services) => services
        .AddEndpoint<MakeJoinEndpoint>()
        .AddEndpoint<SendJoinEndpoint>()
        .AddEndpoint<SendJoinListEndpoint>()
        .AddEndpoint<MakeKnockEndpoint>()
        .AddEndpoint<SendKnockEndpoint>()
        .AddEndpoint<MakeLeaveEndpoint>()
        .AddEndpoint<SendLeaveEndpoint>()
        .AddEndpoint<SendLeaveListEndpoint>()
        .AddEndpoint<InviteEndpoint>()
        .AddEndpoint<InviteListEndpoint>();

    public static void MapMembershipChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<MakeJoinEndpoint>();
        routes.MapEndpoint<SendJoinEndpoint>();
        routes.MapEndpoint<SendJoinListEndpoint>();
        routes.MapEndpoint<MakeKnockEndpoint>();
        routes.MapEndpoint<SendKnockEndpoint>();
        routes.MapEndpoint<MakeLeaveEndpoint>();
        routes.MapEndpoint<SendLeaveEndpoint>();
        routes.MapEndpoint<SendLeaveListEndpoint>();
        routes.MapEndpoint<InviteEndpoint>();
        routes.MapEndpoint<InviteListEndpoint>();
    }
}
