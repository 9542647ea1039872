using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Storage.KeyBackup;

namespace Hybrid.ClientApi.KeyBackup;

/// <summary><c>DELETE /_matrix/client/v3/room_keys/keys/{roomId}</c></summary>
sealed class DeleteBackedUpRoomEndpoint(IKeyBackupStore backups) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("DELETE", "/_matrix/client/v3/room_keys/keys/{roomId}", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var target = BackupTarget.Of(request, room: true, session: false);
        return await backups.DeleteSessionsAsync(target.UserId, target.Version, target.RoomId, target.SessionId, cancellationToken) is { } state
            ? BackupReplies.State(state)
            : BackupReplies.UnknownVersion();
    }
}
