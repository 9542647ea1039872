using System.Globalization;
using System.Text.Json;
using Hybrid.Federation.Inbound;
using Hybrid.Federation.Joins;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Simulation.Tests.Servers;

/// <summary>Answers requests of other servers: the same services as behind the endpoints, without HTTP between.</summary>
sealed class ServerRequests(IServiceProvider services)
{
    /// <summary>The answer, or the refusal, as the other server gets it.</summary>
    public async Task<FederationResult<FederationAnswer>> AnswerAsync(ServerName origin, FederationRequest request)
    {
        var own = services.GetRequiredService<ServerIdentity>().Name;
        await services.GetRequiredService<IDestinationHealth>().HeardFromAsync(origin, default);
        var (path, query) = Split(request.Target);
        var result = await AnswerAsync(origin, path, query, request.Body ?? default);
        return result.TryGet(out var body, out var error)
            ? new FederationAnswer(200, body)
            : new FederationFailure(own, FailureKind.Refused, error.Message) { Status = error.Status, ErrorCode = error.Code };
    }

    async ValueTask<Result<ReadOnlyMemory<byte>>> AnswerAsync(
        ServerName origin, string[] path, ILookup<string, string> query, ReadOnlyMemory<byte> body)
    {
        var answers = services.GetRequiredService<RoomAnswers>();
        return path switch
        {
            ["v1", "send", _] => await SendAsync(origin, body),
            ["v1", "make_join", var room, var user] => await MakeAsync(origin, room, user, "join", [.. query["ver"]]),
            ["v1", "make_leave", var room, var user] => await MakeAsync(origin, room, user, "leave", null),
            ["v2", "send_join", var room, var id] => await SendJoinAsync(origin, room, id, body),
            ["v2", "send_leave", var room, var id] => await SendLeaveAsync(origin, room, id, body),
            ["v2", "invite", var room, var id] => await InviteAsync(origin, room, id, body),
            ["v1", "event", var id] => await answers.EventAsync(origin, EventId.Parse(id)),
            ["v1", "state_ids", var room] => await answers.StateIdsAsync(origin, RoomId.Parse(room), EventId.Parse(query["event_id"].Single())),
            ["v1", "state", var room] => await answers.StateAsync(origin, RoomId.Parse(room), EventId.Parse(query["event_id"].Single())),
            ["v1", "event_auth", var room, var id] => await answers.AuthAsync(origin, RoomId.Parse(room), EventId.Parse(id)),
            ["v1", "get_missing_events", var room] => await answers.MissingAsync(origin, RoomId.Parse(room), body),
            ["v1", "backfill", var room] => await answers.BackfillAsync(origin, RoomId.Parse(room), [.. query["v"].Select(EventId.Parse)], int.Parse(query["limit"].Single(), CultureInfo.InvariantCulture)),
            _ => MatrixError.Of(404, "M_UNRECOGNIZED", string.Join('/', path)),
        };
    }

    async ValueTask<Result<ReadOnlyMemory<byte>>> SendAsync(ServerName origin, ReadOnlyMemory<byte> body) =>
        (await services.GetRequiredService<TransactionIntake>().TakeAsync(origin, body, default)).TryGet(out _, out var error)
            ? (ReadOnlyMemory<byte>)"""{"pdus":{}}"""u8.ToArray()
            : error;

    ValueTask<Result<ReadOnlyMemory<byte>>> MakeAsync(ServerName origin, string room, string user, string membership, IReadOnlyCollection<string>? versions) =>
        services.GetRequiredService<MembershipServing>().MakeAsync(origin, RoomId.Parse(room), UserId.Parse(user), membership, versions, default);

    async ValueTask<Result<ReadOnlyMemory<byte>>> SendJoinAsync(ServerName origin, string room, string id, ReadOnlyMemory<byte> body)
    {
        var taken = await services.GetRequiredService<MembershipServing>().TakeAsync(origin, RoomId.Parse(room), id, body, "join", default);
        if (!taken.TryGet(out var join, out var error))
            return error;

        var answer = await services.GetRequiredService<JoinAnswers>().ReadAsync(join, omitMembers: false, default);
        return RoomAnswers.Write(writer =>
        {
            writer.WriteBoolean("members_omitted"u8, answer.MembersOmitted);
            writer.WriteString("origin"u8, answer.Origin.Value);
            writer.WritePropertyName("event"u8);
            writer.WriteRawValue(answer.Event.Json.Span, skipInputValidation: true);
            RoomAnswers.WriteSet(writer, "auth_chain", answer.AuthChain);
            RoomAnswers.WriteSet(writer, "state", answer.State);
        });
    }

    async ValueTask<Result<ReadOnlyMemory<byte>>> SendLeaveAsync(ServerName origin, string room, string id, ReadOnlyMemory<byte> body) =>
        (await services.GetRequiredService<MembershipServing>().TakeAsync(origin, RoomId.Parse(room), id, body, "leave", default)).TryGet(out _, out var error)
            ? (ReadOnlyMemory<byte>)"{}"u8.ToArray()
            : error;

    async ValueTask<Result<ReadOnlyMemory<byte>>> InviteAsync(ServerName origin, string room, string id, ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        var member = JsonSerializer.SerializeToUtf8Bytes(root.GetProperty("event"));
        var invitation = new Invitation(root.GetProperty("room_version").GetString()!, member, [.. root.GetProperty("invite_room_state").Clone().EnumerateArray()]);
        var taken = await services.GetRequiredService<InvitationIntake>().TakeAsync(origin, RoomId.Parse(room), id, invitation, default);
        if (!taken.TryGet(out var signed, out var error))
            return error;

        return RoomAnswers.Write(writer =>
        {
            writer.WritePropertyName("event"u8);
            writer.WriteRawValue(signed.Span, skipInputValidation: true);
        });
    }

    static (string[] Path, ILookup<string, string> Query) Split(string target)
    {
        const string Prefix = "/_matrix/federation/";
        var parts = target.Split('?', 2);
        var path = parts[0][Prefix.Length..].Split('/').Select(Uri.UnescapeDataString).ToArray();
        var query = (parts.Length > 1 ? parts[1].Split('&') : []).Select(static pair => pair.Split('=', 2));
        return (path, query.ToLookup(static pair => Uri.UnescapeDataString(pair[0]), static pair => Uri.UnescapeDataString(pair[1])));
    }
}
