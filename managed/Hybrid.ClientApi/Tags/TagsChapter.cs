using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.Tags;

/// <summary>Tags of rooms (specification, "Room Tagging").</summary>
public static class TagsChapter
{
    public static IServiceCollection AddTagsChapter(this IServiceCollection services) => services
        .AddEndpoint<GetRoomTags>()
        .AddEndpoint<PutRoomTag>()
        .AddEndpoint<DeleteRoomTag>();

    public static void MapTagsChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<GetRoomTags>();
        routes.MapEndpoint<PutRoomTag>();
        routes.MapEndpoint<DeleteRoomTag>();
    }
}
