using System.Text.Json;
using Hybrid.Federation.Requests;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Receiving;
using Hybrid.Storage.Rooms;
using Microsoft.Extensions.Logging;
using EventId = Hybrid.Primitives.EventId;

namespace Hybrid.Federation.Joins;

/// <summary>Joins, knocks on and leaves rooms through other servers (server-server API, "Joining Rooms", "Knocking upon a room", "Leaving Rooms").</summary>
public sealed class RemoteMembership(
    IFederationClient client, MemberTemplates templates, RemoteJoins joins, RoomRegistry rooms, RemoteInvitations invitations, ServerIdentity identity,
    TimeProvider time, ILogger<RemoteMembership> logger) : IRemoteMembership
{
    public ValueTask<Result<bool>> JoinAsync(
        RoomId roomId, UserId userId, ReadOnlyMemory<byte> content, IReadOnlyList<ServerName> servers, bool fromOutside, CancellationToken cancellationToken) =>
        TryEachAsync(servers, server => joins.JoinAsync(server, roomId, userId, content, fromOutside, cancellationToken), cancellationToken);

    public ValueTask<Result<Done>> KnockAsync(
        RoomId roomId, UserId userId, ReadOnlyMemory<byte> content, IReadOnlyList<ServerName> servers, CancellationToken cancellationToken) =>
        TryEachAsync(servers, server => KnockThroughAsync(server, roomId, userId, content, cancellationToken), cancellationToken);

    public async ValueTask<Result<Done>> LeaveAsync(
        RoomId roomId, UserId userId, ReadOnlyMemory<byte> content, IReadOnlyList<ServerName> servers, CancellationToken cancellationToken)
    {
        var told = await TryEachAsync(servers, server => LeaveThroughAsync(server, roomId, userId, content, cancellationToken), cancellationToken);
        return told.Error is null ? told : await LeaveAloneAsync(roomId, userId, content, cancellationToken);
    }

    public ValueTask<Result<Done>> InviteAsync(Room room, UserId sender, UserId target, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        invitations.InviteAsync(room, sender, target, content, cancellationToken);

    // A refusal that another server would repeat is the answer; what only this server could not do, the next may.
    async ValueTask<Result<T>> TryEachAsync<T>(IReadOnlyList<ServerName> servers, Func<ServerName, ValueTask<Result<T>>> attempt, CancellationToken cancellationToken)
    {
        MatrixError? last = null;
        foreach (var server in servers)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var result = await attempt(server);
            if (result.Error is not { } error)
                return result;

            if (error.Code is "M_FORBIDDEN" or "M_INCOMPATIBLE_ROOM_VERSION")
                return error;

            logger.LogInformation("{Server} does not help with a membership: {Error}", server, error.Message);
            last = last is { Status: < 500 } && error.Status >= 500 ? last : error;
        }

        return last ?? MatrixError.NotFound("No server that could be asked takes part in the room.");
    }

    async ValueTask<Result<Done>> KnockThroughAsync(
        ServerName server, RoomId roomId, UserId userId, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (!(await templates.MakeAsync(server, "make_knock", roomId, userId, content, cancellationToken)).TryGet(out var template, out var error))
            return error;

        var put = FederationRequest.Put(FederationPath.Of("federation/v1/send_knock", roomId.Value, template.Event.EventId), template.Event.Json) with { EvenInBackOff = true };
        if (!(await client.SendAsync(server, put, cancellationToken)).TryGet(out var answer, out var failure))
            return failure.ToMatrixError();

        return await NoteAsync(roomId, template.Version, template.Event, Stripped(answer.Body, "knock_room_state"), cancellationToken);
    }

    async ValueTask<Result<Done>> LeaveThroughAsync(
        ServerName server, RoomId roomId, UserId userId, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (!(await templates.MakeAsync(server, "make_leave", roomId, userId, content, cancellationToken)).TryGet(out var template, out var error))
            return error;

        var put = FederationRequest.Put(FederationPath.Of("federation/v2/send_leave", roomId.Value, template.Event.EventId), template.Event.Json) with { EvenInBackOff = true };
        return (await client.SendAsync(server, put, cancellationToken)).TryGet(out _, out var failure)
            ? await NoteAsync(roomId, template.Version, template.Event, [], cancellationToken)
            : failure.ToMatrixError();
    }

    // Nobody is told; for the user the invitation is gone all the same.
    async ValueTask<Result<Done>> LeaveAloneAsync(RoomId roomId, UserId userId, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (await rooms.FindAsync(roomId, cancellationToken) is not { } room)
            return MatrixError.NotFound("This server does not know the room.");

        var proposal = new EventProposal("m.room.member", userId, content) { StateKey = userId.Value };
        var own = EventTemplates.SealAlone(room.Current, proposal, identity, time.GetUtcNow().ToUnixTimeMilliseconds());
        return await NoteAsync(roomId, room.Current.Version, own, [], cancellationToken);
    }

    async ValueTask<Result<Done>> NoteAsync(RoomId roomId, string version, SealedEvent member, IReadOnlyList<JsonElement> stripped, CancellationToken cancellationToken)
    {
        if (Read(version, roomId, member) is not { } incoming)
            return MatrixError.Of(502, "M_UNKNOWN", "The other server makes an event that cannot be read.");

        var record = new RoomRecord(roomId, version, incoming.Event.Sender, IsPublic: false);
        await rooms.SetOutOfBandAsync(record, new OutOfBandMembership(incoming, stripped), cancellationToken);
        return default(Done);
    }

    static IReadOnlyList<JsonElement> Stripped(ReadOnlyMemory<byte> answer, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            return document.RootElement.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
                ? [.. list.Clone().EnumerateArray()]
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    static IncomingEvent? Read(string version, RoomId roomId, SealedEvent member) =>
        EventId.TryParse(member.EventId, out var id) ? IncomingEvent.Read(version, roomId, id, member.Json, IncomingKind.Timeline) : null;
}
