using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.Timeline;

/// <summary>Reading rooms: events, state and members.</summary>
public static class TimelineChapter
{
    public static IServiceCollection AddTimelineChapter(this IServiceCollection services) => services
        .AddSingleton<EventViewers>()
        .AddEndpoint<GetMessages>()
        .AddEndpoint<GetContext>()
        .AddEndpoint<GetEvent>()
        .AddEndpoint<GetMembers>()
        .AddEndpoint<GetJoinedMembers>()
        .AddEndpoint<GetJoinedRooms>()
        .AddEndpoint<GetState>()
        .AddEndpoint<GetStateEntry>()
        .AddEndpoint<TimestampToEvent>();

    public static void MapTimelineChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<GetMessages>();
        routes.MapEndpoint<GetContext>();
        routes.MapEndpoint<GetEvent>();
        routes.MapEndpoint<GetMembers>();
        routes.MapEndpoint<GetJoinedMembers>();
        routes.MapEndpoint<GetJoinedRooms>();
        routes.MapEndpoint<GetState>();
        routes.MapEndpoint<GetStateEntry>();
        routes.MapEndpoint<TimestampToEvent>();
    }
}
