using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.KeyBackup;

/// <summary>Backups of room keys (specification, client-server API, "Server-side key backups").</summary>
public static class KeyBackupChapter
{
    public static IServiceCollection AddKeyBackupChapter(this IServiceCollection services) =>
        services
            .AddEndpoint<CreateBackupEndpoint>()
            .AddEndpoint<GetCurrentBackupEndpoint>()
            .AddEndpoint<GetBackupEndpoint>()
            .AddEndpoint<UpdateBackupEndpoint>()
            .AddEndpoint<DeleteBackupEndpoint>()
            .AddEndpoint<PutBackedUpKeysEndpoint>()
            .AddEndpoint<PutBackedUpRoomEndpoint>()
            .AddEndpoint<PutBackedUpSessionEndpoint>()
            .AddEndpoint<GetBackedUpKeysEndpoint>()
            .AddEndpoint<GetBackedUpRoomEndpoint>()
            .AddEndpoint<GetBackedUpSessionEndpoint>()
            .AddEndpoint<DeleteBackedUpKeysEndpoint>()
            .AddEndpoint<DeleteBackedUpRoomEndpoint>()
            .AddEndpoint<DeleteBackedUpSessionEndpoint>();

    public static void MapKeyBackupChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<CreateBackupEndpoint>();
        routes.MapEndpoint<GetCurrentBackupEndpoint>();
        routes.MapEndpoint<GetBackupEndpoint>();
        routes.MapEndpoint<UpdateBackupEndpoint>();
        routes.MapEndpoint<DeleteBackupEndpoint>();
        routes.MapEndpoint<PutBackedUpKeysEndpoint>();
        routes.MapEndpoint<PutBackedUpRoomEndpoint>();
        routes.MapEndpoint<PutBackedUpSessionEndpoint>();
        routes.MapEndpoint<GetBackedUpKeysEndpoint>();
        routes.MapEndpoint<GetBackedUpRoomEndpoint>();
        routes.MapEndpoint<GetBackedUpSessionEndpoint>();
        routes.MapEndpoint<DeleteBackedUpKeysEndpoint>();
        routes.MapEndpoint<DeleteBackedUpRoomEndpoint>();
        routes.MapEndpoint<DeleteBackedUpSessionEndpoint>();
    }
}
