using System.Text.Json;
using Hybrid.Federation.Events;
using Hybrid.Federation.Requests;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Primitives.Concurrency;
using Hybrid.Rooms;
using Hybrid.Rooms.Receiving;
using Hybrid.Storage.Rooms;
using Microsoft.Extensions.Logging;
using EventId = Hybrid.Primitives.EventId;

namespace Hybrid.Federation.Joins;

/// <summary>
/// Joins rooms through another server (server-server API, "Joining Rooms"). Of a large room, or one whose members the other server leaves out, a part is
/// enough to begin with (MSC3706): <see cref="PartialRooms"/> sees to the rest.
/// </summary>
public sealed class RemoteJoins(
    IFederationClient client, MemberTemplates templates, EventVerifier verifier, RoomRegistry rooms, PartialRooms partialRooms, JoinsUnderWay joins,
    AnswerFolder answers, ServerIdentity identity, TimeProvider time, ILogger<RemoteJoins> logger)
{
    const long MaxRoomBytes = 512L << 20;

    static readonly TimeSpan JoinTimeout = TimeSpan.FromMinutes(5);

    // Small rooms are whole within this time, and their users need not see how they fill.
    static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    readonly KeyedSlots<RoomId> _turns = new(1);

    /// <summary>
    /// Joins a user of this server; false when it was to be from outside and another user has joined meanwhile: what this one then joins through others would be
    /// a fork of the room, and what came before it there would not be news here. Errors are those of the other server, or 502 and 504 for one that cannot be
    /// worked with.
    /// </summary>
    public async ValueTask<Result<bool>> JoinAsync(
        ServerName server, RoomId roomId, UserId userId, ReadOnlyMemory<byte> content, bool fromOutside, CancellationToken cancellationToken)
    {
        using var turn = await _turns.TryEnterAsync(roomId, cancellationToken);
        var known = await rooms.FindAsync(roomId, cancellationToken);
        if (fromOutside && known is not null && known.Current.HasMemberOf(identity.Name))
            return false;

        // Joined once more for a voucher, and told all of it.
        if (known is not null)
            await known.WholeStateAsync().WaitAsync(JoinTimeout, time, cancellationToken);
        if (!(await templates.MakeAsync(server, "make_join", roomId, userId, content, cancellationToken)).TryGet(out var template, out var error))
            return error;

        // What was left and is joined again has members here already, and they would have to go and come.
        var isNew = known is null || known.Current.ForwardExtremities.Count == 0;
        var path = FederationPath.WithQuery(FederationPath.Of("federation/v2/send_join", roomId.Value, template.Event.EventId), ("omit_members", isNew ? "true" : "false"));
        var put = FederationRequest.Put(path, template.Event.Json) with { Timeout = JoinTimeout, MaxAnswerBytes = MaxRoomBytes, EvenInBackOff = true };
        using var underWay = joins.Begin(roomId, template.Version);
        if (!(await client.OpenAsync(server, put, cancellationToken)).TryGet(out var opened, out var failure))
            return failure.ToMatrixError();

        ToldAnswer? answer = new(opened, ToldRoomReader.State, answers);
        try
        {
            if (!(await ReadAsync(server, answer, cancellationToken)).TryGet(out var told, out error))
                return error;

            // A restricted join comes back with the signature of who vouches for it.
            var signed = SignedJoin(template, told.Event);
            if (!told.IsState || !EventId.TryParse(signed.EventId, out var id)
                || IncomingEvent.Read(template.Version, roomId, id, signed.Json, IncomingKind.Timeline) is not { } join)
            {
                return UselessAnswer.From(server);
            }

            if (!(await EnterAsync(server, told, answer, template.Version, join, isNew, cancellationToken)).TryGet(out var isPart, out error))
                return error;

            if (isPart && await rooms.FindAsync(roomId, cancellationToken) is { } room)
            {
                var telling = new TellingOfState(told.MembersOmitted, answer);
                answer = null;
                await partialRooms.BeginAsync(room, telling);
                await Task.WhenAny(room.WholeStateAsync(), Task.Delay(Grace, time, cancellationToken));
            }

            return true;
        }
        finally
        {
            if (answer is not null)
                await answer.DisposeAsync();
        }
    }

    async ValueTask<Result<ToldRoom>> ReadAsync(ServerName server, ToldAnswer answer, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(JoinTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return await ToldRoom.ReadAsync(answer, either.Token);
        }
        catch (JsonException)
        {
            return UselessAnswer.From(server);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new FederationFailure(server, FailureKind.TimedOut, "It does not answer in time.").ToMatrixError();
        }
        catch (Exception broken) when (broken is IOException or InvalidDataException)
        {
            return new FederationFailure(server, FailureKind.BadAnswer, broken.Message).ToMatrixError();
        }
    }

    // Whether a part of the state was taken.
    async ValueTask<Result<bool>> EnterAsync(
        ServerName server, ToldRoom told, ToldAnswer answer, string version, IncomingEvent join, bool isNew, CancellationToken cancellationToken)
    {
        MatrixError? error;
        if (isNew && (told.MembersOmitted || told.Count > JoinEssentials.SmallRoom))
        {
            var needed = await JoinEssentials.ReadAsync(told, answer, join.Event.Sender, cancellationToken);
            var partial = new PartialState(join.Event.EventId, [.. told.Servers.Prepend(server).Where(name => name != identity.Name).Distinct()]);
            error = (await EnterAsync(server, version, needed, told.AuthChain, join, partial, cancellationToken)).Error;
            if (error is null)
                return true;

            // An answer that lacks what authorizes its essentials may have it elsewhere in the state.
            if (told.MembersOmitted)
                return error;
        }

        var state = await answer.ReadStateAsync(static _ => true, cancellationToken);
        error = (await EnterAsync(server, version, state, told.AuthChain, join, null, cancellationToken)).Error;
        return error is null ? false : error;
    }

    async ValueTask<Result<Done>> EnterAsync(
        ServerName server, string version, List<ReadOnlyMemory<byte>> state, List<ReadOnlyMemory<byte>> authChain, IncomingEvent join, PartialState? partial,
        CancellationToken cancellationToken)
    {
        var roomId = join.Event.RoomId;
        var chain = await verifier.VerifyOutliersAsync(version, roomId, authChain, cancellationToken);
        if (JoinedRoom.Of(version, await verifier.VerifyOutliersAsync(version, roomId, state, cancellationToken), chain, join) is not { } joined)
            return UselessAnswer.From(server);

        var record = new RoomRecord(roomId, version, joined.Create.Event.Sender, IsPublic: false);
        if (!(await rooms.ReceiveNewAsync(record, joined.Events, partial, cancellationToken)).TryGet(out var receipts, out var error))
            return error;

        var receipt = receipts.Single(receipt => receipt.EventId == join.Event.EventId);
        if (receipt.Outcome is ReceiptOutcome.Accepted or ReceiptOutcome.Known)
            return default(Done);

        logger.LogWarning("The room {Room} that {Server} sends does not allow the join: {Reason}", roomId, server, receipt.Reason);
        return MatrixError.Of(502, "M_UNKNOWN", $"What {server} says of the room does not allow the join: {receipt.Reason}");
    }

    static SealedEvent SignedJoin(MemberTemplate template, ReadOnlyMemory<byte>? returned)
    {
        if (returned is not { } json)
            return template.Event;

        try
        {
            var signed = EventCodec.Open(template.Version, json.Span);
            return signed.EventId == template.Event.EventId ? signed : template.Event;
        }
        catch (NativeException)
        {
            return template.Event;
        }
    }
}
