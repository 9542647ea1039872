using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.Profiles;

/// <summary>Profiles of users (specification, client-server API, "Profiles").</summary>
public static class ProfilesChapter
{
    public static IServiceCollection AddProfilesChapter(this IServiceCollection services) => services
        .AddEndpoint<GetProfileEndpoint>()
        .AddEndpoint<GetProfileFieldEndpoint>()
        .AddEndpoint<SetProfileFieldEndpoint>()
        .AddEndpoint<DeleteProfileFieldEndpoint>();

    public static void MapProfilesChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<GetProfileEndpoint>();
        routes.MapEndpoint<GetProfileFieldEndpoint>();
        routes.MapEndpoint<SetProfileFieldEndpoint>();
        routes.MapEndpoint<DeleteProfileFieldEndpoint>();
    }
}
