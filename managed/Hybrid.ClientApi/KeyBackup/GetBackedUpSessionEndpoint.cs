using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Storage.KeyBackup;

namespace Hybrid.ClientApi.KeyBackup;

/// <summary><c>GET /_matrix/client/v3/room_keys/keys/{roomId}/{sessionId}</c></summary>
sealed class GetBackedUpSessionEndpoint(IKeyBackupStore backups) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/client/v3/room_keys/keys/{roomId}/{sessionId}", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var target = BackupTarget.Of(request, room: true, session: true);
        if (await backups.FindVersionAsync(target.UserId, target.Version, cancellationToken) is null)
            return BackupReplies.UnknownVersion();

        var sessions = await backups.ReadSessionsAsync(target.UserId, target.Version, target.RoomId, target.SessionId, cancellationToken);
        return sessions is [var session] ? Reply.Write(writer => BackupReplies.Write(writer, session)) : MatrixError.NotFound("Key not found.");
    }
}
