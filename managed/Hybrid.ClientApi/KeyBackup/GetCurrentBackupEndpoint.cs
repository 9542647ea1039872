using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Storage.KeyBackup;

namespace Hybrid.ClientApi.KeyBackup;

/// <summary><c>GET /_matrix/client/v3/room_keys/version</c></summary>
sealed class GetCurrentBackupEndpoint(IKeyBackupStore backups) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/client/v3/room_keys/version", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        await backups.FindVersionAsync(request.Caller.UserId, null, cancellationToken) is { } backup
            ? BackupReplies.Version(backup)
            : MatrixError.NotFound("No current backup version.");
}
