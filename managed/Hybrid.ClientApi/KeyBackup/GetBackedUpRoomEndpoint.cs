using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Storage.KeyBackup;

namespace Hybrid.ClientApi.KeyBackup;

/// <summary><c>GET /_matrix/client/v3/room_keys/keys/{roomId}</c></summary>
sealed class GetBackedUpRoomEndpoint(IKeyBackupStore backups) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/client/v3/room_keys/keys/{roomId}", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var target = BackupTarget.Of(request, room: true, session: false);
        if (await backups.FindVersionAsync(target.UserId, target.Version, cancellationToken) is null)
            return BackupReplies.UnknownVersion();

        var sessions = await backups.ReadSessionsAsync(target.UserId, target.Version, target.RoomId, target.SessionId, cancellationToken);
        return Reply.Write(writer => BackupReplies.Write(writer, sessions));
    }
}
