using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.AdminApi.Media;

/// <summary>Administration of media over HTTP: paths and shapes are those of Synapse, so that its tools work.</summary>
public static class MediaAdminApi
{
    public static IServiceCollection AddMediaAdminApi(this IServiceCollection services) => services
        .AddSingleton<RoomMedia>()
        .AddEndpoint<QuarantineMediaEndpoint>()
        .AddEndpoint<ReleaseMediaEndpoint>()
        .AddEndpoint<QuarantineUserMediaEndpoint>()
        .AddEndpoint<QuarantineRoomMediaEndpoint>()
        .AddEndpoint<ListRoomMediaEndpoint>()
        .AddEndpoint<DeleteOldMediaEndpoint>()
        .AddEndpoint<DeleteMediaEndpoint>()
        .AddEndpoint<ListUserMediaEndpoint>()
        .AddEndpoint<DeleteUserMediaEndpoint>()
        .AddEndpoint<PurgeMediaCacheEndpoint>();

    public static void MapMediaAdminApi(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<QuarantineMediaEndpoint>();
        routes.MapEndpoint<ReleaseMediaEndpoint>();
        routes.MapEndpoint<QuarantineUserMediaEndpoint>();
        routes.MapEndpoint<QuarantineRoomMediaEndpoint>();
        routes.MapEndpoint<ListRoomMediaEndpoint>();
        routes.MapEndpoint<DeleteOldMediaEndpoint>();
        routes.MapEndpoint<DeleteMediaEndpoint>();
        routes.MapEndpoint<ListUserMediaEndpoint>();
        routes.MapEndpoint<DeleteUserMediaEndpoint>();
        routes.MapEndpoint<PurgeMediaCacheEndpoint>();
    }
}
