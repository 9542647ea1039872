using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.KeyBackup;
using Hybrid.Storage.KeyBackup;

namespace Hybrid.ClientApi.KeyBackup;

/// <summary><c>PUT /_matrix/client/v3/room_keys/keys/{roomId}/{sessionId}</c></summary>
sealed class PutBackedUpSessionEndpoint(IKeyBackupStore backups) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("PUT", "/_matrix/client/v3/room_keys/keys/{roomId}/{sessionId}", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var target = BackupTarget.Of(request, room: true, session: true);
        var body = await request.ReadJsonAsync(KeyBackupJson.Default.KeyBackupData, cancellationToken);
        if (!UploadedSessions.Read(target.RoomId!.Value, target.SessionId!, body).TryGet(out var session, out var error))
            return error;

        return BackupReplies.Outcome(await backups.StoreSessionsAsync(target.UserId, target.Version, [session], cancellationToken));
    }
}
