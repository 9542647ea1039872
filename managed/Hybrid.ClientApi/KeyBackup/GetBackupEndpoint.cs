using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Storage.KeyBackup;

namespace Hybrid.ClientApi.KeyBackup;

/// <summary><c>GET /_matrix/client/v3/room_keys/version/{version}</c></summary>
sealed class GetBackupEndpoint(IKeyBackupStore backups) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/client/v3/room_keys/version/{version}", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        await backups.FindVersionAsync(request.Caller.UserId, BackupTarget.ParseVersion(request.Path("version")), cancellationToken) is { } backup
            ? BackupReplies.Version(backup)
            : BackupReplies.UnknownVersion();
}
