using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.Events;
using Hybrid.Storage.Rooms;

namespace Hybrid.AdminApi.Notices;

/// <summary><c>POST /_synapse/admin/v1/send_server_notice</c>, and <c>PUT</c> with a transaction ID, under which it is sent once.</summary>
sealed class SendServerNoticeEndpoint(ServerNotices notices) : IEndpoint
{
    const string Path = "/_synapse/admin/v1/send_server_notice";

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("PUT", Path + "/{txnId}", Access.Administrator), new("POST", Path, Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(NoticesJson.Default.ServerNoticeRequest, cancellationToken);
        if (body.UserId is not { } userId)
            return MatrixError.MissingParam("'user_id' is missing.");
        if (body.Content is not { ValueKind: JsonValueKind.Object } content)
            return MatrixError.MissingParam("'content' is missing, or no object.");

        var transactionId = request.PathOrEmpty("txnId");
        var notice = new EventProposal(body.Type ?? "m.room.message", request.Caller.UserId, Encoding.UTF8.GetBytes(content.GetRawText()))
        {
            StateKey = body.StateKey,
            Transaction = transactionId.Length > 0 && body.StateKey is null
                ? new SendingTransaction(request.Caller.UserId, request.Caller.RequiredDevice, transactionId)
                : null,
        };
        return (await notices.SendAsync(userId, notice, cancellationToken)).TryGet(out var eventId, out var error)
            ? Reply.Json(new ServerNoticeSent(eventId), NoticesJson.Default.ServerNoticeSent)
            : error;
    }
}

/// <summary>Body of <c>send_server_notice</c>.</summary>
sealed record ServerNoticeRequest(UserId? UserId, JsonElement? Content, string? Type, string? StateKey);

/// <summary>Answer to <c>send_server_notice</c>.</summary>
sealed record ServerNoticeSent(EventId EventId);

/// <summary>JSON of server notices.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ServerNoticeRequest))]
[JsonSerializable(typeof(ServerNoticeSent))]
sealed partial class NoticesJson : JsonSerializerContext;
