using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.ThirdParty;

/// <summary>E-mail addresses and telephone numbers (specification, client-server API, "Adding Account Administrative Contact Information").</summary>
public static class ThirdPartyChapter
{
    public static IServiceCollection AddThirdPartyChapter(this IServiceCollection services) => services
        .AddSingleton<AddressRequests>()
        .AddEndpoint<ListAddressesEndpoint>()
        .AddEndpoint<AddAddressEndpoint>()
        .AddEndpoint<AddProvenAddressEndpoint>()
        .AddEndpoint<BindAddressEndpoint>()
        .AddEndpoint<DeleteAddressEndpoint>()
        .AddEndpoint<UnbindAddressEndpoint>()
        .AddEndpoint<RequestEmailTokenEndpoint>()
        .AddEndpoint<RequestTelephoneTokenEndpoint>()
        .AddEndpoint<SubmitTokenEndpoint>()
        .AddEndpoint<SubmitTokenPageEndpoint>();

    public static void MapThirdPartyChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<ListAddressesEndpoint>();
        routes.MapEndpoint<AddAddressEndpoint>();
        routes.MapEndpoint<AddProvenAddressEndpoint>();
        routes.MapEndpoint<BindAddressEndpoint>();
        routes.MapEndpoint<DeleteAddressEndpoint>();
        routes.MapEndpoint<UnbindAddressEndpoint>();
        routes.MapEndpoint<RequestEmailTokenEndpoint>();
        routes.MapEndpoint<RequestTelephoneTokenEndpoint>();
        routes.MapEndpoint<SubmitTokenEndpoint>();
        routes.MapEndpoint<SubmitTokenPageEndpoint>();
    }
}
