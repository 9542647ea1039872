using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.AccountData;

/// <summary>Account data, global and of rooms (specification, "Client Config").</summary>
public static class AccountDataChapter
{
    public static IServiceCollection AddAccountDataChapter(this IServiceCollection services) => services
        .AddEndpoint<PutAccountData>()
        .AddEndpoint<PutRoomAccountData>()
        .AddEndpoint<GetAccountData>()
        .AddEndpoint<GetRoomAccountData>();

    public static void MapAccountDataChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<PutAccountData>();
        routes.MapEndpoint<PutRoomAccountData>();
        routes.MapEndpoint<GetAccountData>();
        routes.MapEndpoint<GetRoomAccountData>();
    }
}
