using Hybrid.Rooms.Aliases;
using Hybrid.Rooms.Directory;
using Hybrid.Rooms.Policies;
using Hybrid.Rooms.Reports;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Rooms.Timeline;

/// <summary>What the reading half of the rooms puts into the container: events as clients see them, aliases, the directory, reports.</summary>
public static class TimelineServices
{
    public static IServiceCollection AddRoomReading(this IServiceCollection services) => services
        .AddSingleton<EventVisibility>()
        .AddSingleton<ClientEventFormatter>()
        .AddSingleton<RoomReading>()
        .AddSingleton<MessagePages>()
        .AddSingleton<ClosestEvents>()
        .AddSingleton<PolicyLists>()
        .AddSingleton<RoomArrivals>()
        .AddSingleton<LazyMembers>()
        .AddSingleton<RoomAliases>()
        .AddSingleton<PublicRooms>()
        .AddSingleton<RoomPreviews>()
        .AddSingleton<SpaceHierarchy>()
        .AddSingleton<ContentReports>();
}
