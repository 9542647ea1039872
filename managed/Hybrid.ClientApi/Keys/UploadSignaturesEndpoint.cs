using Hybrid.Accounts.Keys;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Keys;

namespace Hybrid.ClientApi.Keys;

/// <summary><c>POST /_matrix/client/v3/keys/signatures/upload</c></summary>
sealed class UploadSignaturesEndpoint(SignatureUploads uploads) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_matrix/client/v3/keys/signatures/upload", Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(KeysJson.Default.UploadSignaturesRequest, cancellationToken);
        var failures = await uploads.UploadAsync(request.Caller.UserId, body, cancellationToken);
        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("failures"u8);
            foreach (var (userId, byKey) in failures)
            {
                writer.WriteStartObject(userId.Value);
                foreach (var (key, error) in byKey)
                {
                    writer.WriteStartObject(key);
                    writer.WriteString("errcode"u8, error.Code);
                    writer.WriteString("error"u8, error.Message);
                    writer.WriteEndObject();
                }

                writer.WriteEndObject();
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }
}
