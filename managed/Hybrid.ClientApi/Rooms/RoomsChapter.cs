using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.Rooms;

/// <summary>Creating rooms, changing who is in them, and sending into them.</summary>
public static class RoomsChapter
{
    public static IServiceCollection AddRoomsChapter(this IServiceCollection services) => services
        .AddSingleton<GuestEvictions>()
        .AddSingleton<ThirdPartyInvites>()
        .AddSingleton<RoomNameResolver>()
        .AddSingleton<OwnRedactions>()
        .AddEndpoint<CreateRoom>()
        .AddEndpoint<JoinRoom>()
        .AddEndpoint<KnockRoom>()
        .AddEndpoint<LeaveRoom>()
        .AddEndpoint<ForgetRoom>()
        .AddEndpoint<InviteUser>()
        .AddEndpoint<KickUser>()
        .AddEndpoint<BanUser>()
        .AddEndpoint<UnbanUser>()
        .AddEndpoint<UpgradeRoom>()
        .AddEndpoint<MutualRooms>()
        .AddEndpoint<SendEvent>()
        .AddEndpoint<RedactEvent>()
        .AddEndpoint<SetState>();

    public static void MapRoomsChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<CreateRoom>();
        routes.MapEndpoint<JoinRoom>();
        routes.MapEndpoint<KnockRoom>();
        routes.MapEndpoint<LeaveRoom>();
        routes.MapEndpoint<ForgetRoom>();
        routes.MapEndpoint<InviteUser>();
        routes.MapEndpoint<KickUser>();
        routes.MapEndpoint<BanUser>();
        routes.MapEndpoint<UnbanUser>();
        routes.MapEndpoint<UpgradeRoom>();
        routes.MapEndpoint<MutualRooms>();
        routes.MapEndpoint<SendEvent>();
        routes.MapEndpoint<RedactEvent>();
        routes.MapEndpoint<SetState>();
    }
}
