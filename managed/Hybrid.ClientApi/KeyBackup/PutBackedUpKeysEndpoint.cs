using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.KeyBackup;
using Hybrid.Storage.KeyBackup;

namespace Hybrid.ClientApi.KeyBackup;

/// <summary><c>PUT /_matrix/client/v3/room_keys/keys</c></summary>
sealed class PutBackedUpKeysEndpoint(IKeyBackupStore backups) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("PUT", "/_matrix/client/v3/room_keys/keys", Access.User, RateClass.General) { MaxBodyBytes = UploadedSessions.MaxBodyBytes }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var target = BackupTarget.Of(request, room: false, session: false);
        var body = await request.ReadJsonAsync(KeyBackupJson.Default.RoomKeysBackup, cancellationToken);
        if (!UploadedSessions.Read(body).TryGet(out var sessions, out var error))
            return error;

        return BackupReplies.Outcome(await backups.StoreSessionsAsync(target.UserId, target.Version, sessions, cancellationToken));
    }
}
