using System.Runtime.InteropServices;
using System.Text.Json;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.KeyBackup;
using Hybrid.Storage.KeyBackup;

namespace Hybrid.ClientApi.KeyBackup;

/// <summary><c>POST /_matrix/client/v3/room_keys/version</c></summary>
sealed class CreateBackupEndpoint(IKeyBackupStore backups) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_matrix/client/v3/room_keys/version", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(KeyBackupJson.Default.CreateBackupRequest, cancellationToken);
        if (body.AuthData.ValueKind != JsonValueKind.Object)
            return MatrixError.BadJson("'auth_data' must be an object.");

        var authData = JsonMarshal.GetRawUtf8Value(body.AuthData).ToArray();
        var version = await backups.CreateVersionAsync(request.Caller.UserId, body.Algorithm, authData, cancellationToken);
        return Reply.Json(new CreateBackupResponse(BackupReplies.Text(version)), KeyBackupJson.Default.CreateBackupResponse);
    }
}
