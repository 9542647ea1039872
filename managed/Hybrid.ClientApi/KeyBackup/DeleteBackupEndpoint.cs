using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Storage.KeyBackup;

namespace Hybrid.ClientApi.KeyBackup;

/// <summary><c>DELETE /_matrix/client/v3/room_keys/version/{version}</c></summary>
sealed class DeleteBackupEndpoint(IKeyBackupStore backups) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("DELETE", "/_matrix/client/v3/room_keys/version/{version}", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        await backups.DeleteVersionAsync(request.Caller.UserId, BackupTarget.ParseVersion(request.Path("version")), cancellationToken)
            ? Reply.Empty
            : BackupReplies.UnknownVersion();
}
