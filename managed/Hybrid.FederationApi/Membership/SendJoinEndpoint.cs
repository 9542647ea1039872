using System.Text.Json;
using Hybrid.Federation.Joins;
using Hybrid.Http;
using Hybrid.Primitives;
using Microsoft.AspNetCore.Http;

namespace Hybrid.FederationApi.Membership;

/// <summary>
/// <c>PUT /_matrix/federation/v2/send_join/{roomId}/{eventId}</c>: the join is in the room, and the room is the answer. The deprecated <c>v1</c> answers with
/// a list of a status and the room.
/// </summary>
sealed class SendJoinEndpoint(MembershipServing serving, JoinAnswers answers) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("PUT", "/_matrix/federation/v2/send_join/{roomId}/{eventId}", Access.Server),
        new("PUT", "/_matrix/federation/v1/send_join/{roomId}/{eventId}", Access.Server),
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!(await SentMembership.TakeAsync(serving, request, "join", cancellationToken)).TryGet(out var membership, out var error))
            return error;

        var asList = SentMembership.IsListWanted(request);
        var answer = await answers.ReadAsync(membership, omitMembers: !asList && (request.QueryBoolean("omit_members") ?? false), cancellationToken);
        return Reply.Custom((context, token) => JoinAnswerWriter.SendAsync(context, answer, asList, token));
    }
}

/// <summary>Writes the room as the server that has joined it is told. Large rooms are sent piece by piece.</summary>
static class JoinAnswerWriter
{
    const int PieceBytes = 64 * 1024;

    public static async Task SendAsync(HttpContext context, JoinAnswer answer, bool asList, CancellationToken cancellationToken)
    {
        context.Response.ContentType = "application/json";
        var output = context.Response.BodyWriter;
        await using var writer = new Utf8JsonWriter(output, Reply.WriterOptions);
        if (asList)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(200);
        }

        writer.WriteStartObject();
        writer.WriteBoolean("members_omitted"u8, answer.MembersOmitted);
        if (answer.MembersOmitted)
        {
            writer.WriteStartArray("servers_in_room"u8);
            foreach (var server in answer.Servers)
                writer.WriteStringValue(server.Value);
            writer.WriteEndArray();
        }

        writer.WriteString("origin"u8, answer.Origin.Value);
        writer.WritePropertyName("event"u8);
        writer.WriteRawValue(answer.Event.Json.Span, skipInputValidation: true);
        await WriteAsync("auth_chain", answer.AuthChain);
        await WriteAsync("state", answer.State);
        writer.WriteEndObject();
        if (asList)
            writer.WriteEndArray();
        await writer.FlushAsync(cancellationToken);

        async ValueTask WriteAsync(string name, IEnumerable<Storage.Rooms.StoredEvent> events)
        {
            writer.WriteStartArray(name);
            foreach (var stored in events)
            {
                writer.WriteRawValue(stored.Json.Span, skipInputValidation: true);
                if (writer.BytesPending > PieceBytes)
                {
                    await writer.FlushAsync(cancellationToken);
                    await output.FlushAsync(cancellationToken);
                }
            }

            writer.WriteEndArray();
        }
    }
}
