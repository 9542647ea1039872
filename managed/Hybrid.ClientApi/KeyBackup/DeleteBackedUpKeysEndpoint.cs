using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Storage.KeyBackup;

namespace Hybrid.ClientApi.KeyBackup;

/// <summary><c>DELETE /_matrix/client/v3/room_keys/keys</c></summary>
sealed class DeleteBackedUpKeysEndpoint(IKeyBackupStore backups) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("DELETE", "/_matrix/client/v3/room_keys/keys", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var target = BackupTarget.Of(request, room: false, session: false);
        return await backups.DeleteSessionsAsync(target.UserId, target.Version, target.RoomId, target.SessionId, cancellationToken) is { } state
            ? BackupReplies.State(state)
            : BackupReplies.UnknownVersion();
    }
}
