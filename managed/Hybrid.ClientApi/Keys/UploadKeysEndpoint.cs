using Hybrid.Accounts.Keys;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Keys;

namespace Hybrid.ClientApi.Keys;

/// <summary><c>POST /_matrix/client/v3/keys/upload</c></summary>
sealed class UploadKeysEndpoint(KeyUploads uploads) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_matrix/client/v3/keys/upload", Access.UserOrGuest)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(KeysJson.Default.UploadKeysRequest, cancellationToken);
        var uploaded = await uploads.UploadAsync(request.Caller.UserId, request.Caller.RequiredDevice, body, cancellationToken);
        return uploaded.TryGet(out var counts, out var error) ? Reply.Json(counts, KeysJson.Default.UploadKeysResponse) : error;
    }
}
