using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.Directory;

/// <summary>Room aliases and the published room directory.</summary>
public static class DirectoryChapter
{
    public static IServiceCollection AddDirectoryChapter(this IServiceCollection services) => services
        .AddEndpoint<GetAlias>()
        .AddEndpoint<SetAlias>()
        .AddEndpoint<DeleteAlias>()
        .AddEndpoint<GetRoomAliases>()
        .AddEndpoint<GetRoomListing>()
        .AddEndpoint<SetRoomListing>()
        .AddEndpoint<GetPublicRooms>()
        .AddEndpoint<GetRoomSummary>()
        .AddEndpoint<GetSpaceHierarchy>();

    public static void MapDirectoryChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<GetAlias>();
        routes.MapEndpoint<SetAlias>();
        routes.MapEndpoint<DeleteAlias>();
        routes.MapEndpoint<GetRoomAliases>();
        routes.MapEndpoint<GetRoomListing>();
        routes.MapEndpoint<SetRoomListing>();
        routes.MapEndpoint<GetPublicRooms>();
        routes.MapEndpoint<GetRoomSummary>();
        routes.MapEndpoint<GetSpaceHierarchy>();
    }
}
