using Hybrid.Accounts.Keys;
using Hybrid.ClientApi.Auth;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Keys;

namespace Hybrid.ClientApi.Keys;

/// <summary><c>POST /_matrix/client/v3/keys/device_signing/upload</c></summary>
sealed class UploadSigningKeysEndpoint(CrossSigningUploads uploads, InteractiveAuth interactiveAuth) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_matrix/client/v3/keys/device_signing/upload", Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        // Checked before the user is asked for a password: what will be refused is not worth one.
        var body = await request.ReadJsonAsync(KeysJson.Default.UploadSigningKeysRequest, cancellationToken);
        if (!(await uploads.CheckAsync(request.Caller.UserId, body, cancellationToken)).TryGet(out var keys, out var error))
            return error;
        if (keys.NeedAuthentication && await interactiveAuth.RequireAsync(request, InteractivePurpose.UploadSigningKeys, cancellationToken) is { } challenge)
            return challenge;

        var stored = await uploads.StoreAsync(keys, cancellationToken);
        return stored.Error is { } refused ? refused : Reply.Empty;
    }
}
