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
            .AddEndpoint<UploadSignaturesEndpoint>();

    public static void MapKeysChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<UploadKeysEndpoint>();
        routes.MapEndpoint<QueryKeysEndpoint>();
        routes.MapEndpoint<ClaimKeysEndpoint>();
        routes.MapEndpoint<KeyChangesEndpoint>();
        routes.MapEndpoint<UploadSigningKeysEndpoint>();
        routes.MapEndpoint<UploadSignaturesEndpoint>();
    }
}
