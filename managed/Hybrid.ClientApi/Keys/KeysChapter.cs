using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.Keys;

/// <summary>Device keys and cross-signing (specification, client-server API, "End-to-End Encryption").</summary>
public static class KeysChapter
{
    public static IServiceCollection AddKeysChapter(this IServiceCollection services) =>
        services
            .AddEndpoint<UploadKeysEndpoint>()
            .AddEndpoint<QueryKeysEndpoint>()
            .AddEndpoint<ClaimKeysEndpoint>()
            .AddEndpoint<KeyChangesEndpoint>()
            .AddEndpoint<UploadSigningKeysEndpoint>()
            .AddEndpoint<UploadSignaturesEndpoint>()
            .AddEndpoint<GetDehydratedDevice>()
            .AddEndpoint<PutDehydratedDevice>()
            .AddEndpoint<DeleteDehydratedDevice>()
            .AddEndpoint<GetDehydratedDeviceEvents>()
            .AddEndpoint<PostDehydratedDeviceEvents>();

    public static void MapKeysChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<UploadKeysEndpoint>();
        routes.MapEndpoint<QueryKeysEndpoint>();
        routes.MapEndpoint<ClaimKeysEndpoint>();
        routes.MapEndpoint<KeyChangesEndpoint>();
        routes.MapEndpoint<UploadSigningKeysEndpoint>();
        routes.MapEndpoint<UploadSignaturesEndpoint>();
        routes.MapEndpoint<GetDehydratedDevice>();
        routes.MapEndpoint<PutDehydratedDevice>();
        routes.MapEndpoint<DeleteDehydratedDevice>();
        routes.MapEndpoint<GetDehydratedDeviceEvents>();
        routes.MapEndpoint<PostDehydratedDeviceEvents>();
    }
}
