using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.FederationApi.Membership;

static class MembershipChapter
{
    public static IServiceCollection AddMembershipChapter(this IServiceCollection services) => services
        .AddEndpoint<MakeMembershipEndpoint>()
        .AddEndpoint<SendJoinEndpoint>()
        .AddEndpoint<SendKnockEndpoint>()
        .AddEndpoint<SendLeaveEndpoint>()
        .AddEndpoint<InviteEndpoint>()
        .AddEndpoint<InviteListEndpoint>();

    public static void MapMembershipChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<MakeMembershipEndpoint>();
        routes.MapEndpoint<SendJoinEndpoint>();
        routes.MapEndpoint<SendKnockEndpoint>();
        routes.MapEndpoint<SendLeaveEndpoint>();
        routes.MapEndpoint<InviteEndpoint>();
        routes.MapEndpoint<InviteListEndpoint>();
    }
}
