using System.Text.Json;
using Hybrid.AppServices;
using Hybrid.AppServices.Requests;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.AppServices;

/// <summary><c>POST /_matrix/client/v1/appservice/{appserviceId}/ping</c></summary>
sealed class PingAppService(AppServiceDirectory directory, AppServicePing ping) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/client/v1/appservice/{appserviceId}/ping", Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var id = request.Path("appserviceId");
        if (request.Caller.AppServiceId != id || directory.Services.FirstOrDefault(service => service.Id == id) is not { } service)
            return MatrixError.Forbidden("The access token is not this application service's as_token.");

        var body = await request.ReadObjectAsync(cancellationToken);
        if (!(await ping.PingAsync(service, TransactionIn(body), cancellationToken)).TryGet(out var duration, out var error))
            return error;

        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("duration_ms"u8, (long)duration.TotalMilliseconds);
            writer.WriteEndObject();
        });
    }

    static string? TransactionIn(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        if (!document.RootElement.TryGetProperty("transaction_id", out var transaction) || transaction.ValueKind == JsonValueKind.Null)
            return null;

        return transaction.ValueKind == JsonValueKind.String
            ? transaction.GetString()
            : throw new MatrixException(MatrixError.BadJson("'transaction_id' must be a string."));
    }
}
