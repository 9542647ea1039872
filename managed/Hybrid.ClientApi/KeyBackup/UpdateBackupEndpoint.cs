using System.Runtime.InteropServices;
using System.Text.Json;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.KeyBackup;
using Hybrid.Storage.KeyBackup;

namespace Hybrid.ClientApi.KeyBackup;

/// <summary><c>PUT /_matrix/client/v3/room_keys/version/{version}</c></summary>
sealed class UpdateBackupEndpoint(IKeyBackupStore backups) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("PUT", "/_matrix/client/v3/room_keys/version/{version}", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(KeyBackupJson.Default.UpdateBackupRequest, cancellationToken);
        if (body.AuthData.ValueKind != JsonValueKind.Object)
            return MatrixError.BadJson("'auth_data' must be an object.");
        if (body.Version is { } named && named != request.Path("version"))
            return MatrixError.InvalidParam("The version in the body is not the one in the path.");

        var version = BackupTarget.ParseVersion(request.Path("version"));
        var authData = JsonMarshal.GetRawUtf8Value(body.AuthData).ToArray();
        return await backups.UpdateVersionAsync(request.Caller.UserId, version, body.Algorithm, authData, cancellationToken) switch
        {
            KeyBackupUpdate.Updated => Reply.Empty,
            KeyBackupUpdate.OtherAlgorithm => MatrixError.InvalidParam("Algorithm does not match."),
            _ => BackupReplies.UnknownVersion(),
        };
    }
}
