using System.Text.Json;
using Hybrid.Federation.Events;
using Hybrid.Federation.Requests;
using Hybrid.Native;
using Hybrid.Primitives;
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
    ServerIdentity identity, TimeProvider time, ILogger<RemoteJoins> logger)
{
    const long MaxRoomBytes = 512L << 20;

    static readonly TimeSpan JoinTimeout = TimeSpan.FromMinutes(5);

    // Small rooms are whole within this time, and their users need not see how they fill.
    static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    readonly KeyedSlots<RoomId> _turns = new(1, int.MaxValue - 1);

    /// <summary>Joins a user of this server. Errors are those of the other server, or 502 and 504 for one that cannot be worked with.</summary>
    public async ValueTask<Result<Done>> JoinAsync(
        ServerName server, RoomId roomId, UserId userId, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        // Of two users who join at the same time the second finds the room known, and has to be told all of it.
        using var turn = await _turns.TryEnterAsync(roomId, cancellationToken);
        var known = await rooms.FindAsync(roomId, cancellationToken);
        if (known is not null)
            await known.WholeStateAsync().WaitAsync(JoinTimeout, time, cancellationToken);
        if (!(await templates.MakeAsync(server, "make_join", roomId, userId, content, cancellationToken)).TryGet(out var template, out var error))
            return error;

        // What was left and is joined again has members here already, and they would have to go and come.
        var isNew = known is null || known.Current.ForwardExtremities.Count == 0;
        var path = FederationPath.WithQuery(FederationPath.Of("federation/v2/send_join", roomId.Value, template.Event.EventId), ("omit_members", isNew ? "true" : "false"));
        var put = FederationRequest.Put(path, template.Event.Json) with { Timeout = JoinTimeout, MaxAnswerBytes = MaxRoomBytes, EvenInBackOff = true };
        using var underWay = joins.Begin(roomId, template.Version);
        if (!(await ReadRoomAsync(server, put, cancellationToken)).TryGet(out var told, out error))
            return error;

        // A restricted join comes back with the signature of who vouches for it.
        var signed = SignedJoin(template, told.Event);
        return EventId.TryParse(signed.EventId, out var id)
            && IncomingEvent.Read(template.Version, roomId, id, signed.Json, IncomingKind.Timeline) is { } join
            && JoinedRoom.IsState(told.State)
            ? await EnterAsync(server, told, template.Version, join, isNew, cancellationToken)
            : UselessAnswer.From(server);
    }

    async ValueTask<Result<ToldRoom>> ReadRoomAsync(ServerName server, FederationRequest put, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(JoinTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        if (!(await client.OpenAsync(server, put, cancellationToken)).TryGet(out var answer, out var failure))
            return failure.ToMatrixError();

        await using (answer)
        {
            try
            {
                return await new ToldRoomReader("state").ReadAsync(answer.Body, either.Token);
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
    }

    async ValueTask<Result<Done>> EnterAsync(
        ServerName server, ToldRoom told, string version, IncomingEvent join, bool isNew, CancellationToken cancellationToken)
    {
        if (isNew && (told.MembersOmitted || told.State.Count > JoinEssentials.SmallRoom))
        {
            var (needed, rest) = JoinEssentials.Split(told, join.Event);
            var partial = new PartialState(join.Event.EventId, ServersOf(server, told));
            var entered = await EnterAsync(server, version, needed, told.AuthChain, join, partial, cancellationToken);
            if (entered.Error is null && await rooms.FindAsync(join.Event.RoomId, cancellationToken) is { } room)
            {
                partialRooms.Complete(room, new TellingOfState(told.MembersOmitted, [.. needed], rest));
                await Task.WhenAny(room.WholeStateAsync(), Task.Delay(Grace, time, cancellationToken));
            }

            // An answer that lacks what authorizes its essentials may have it elsewhere in the state.
            if (entered.Error is null || told.MembersOmitted)
                return entered;
        }

        return await EnterAsync(server, version, told.State, told.AuthChain, join, null, cancellationToken);
    }

    async ValueTask<Result<Done>> EnterAsync(
        ServerName server, string version, List<ToldEvent> state, List<ToldEvent> authChain, IncomingEvent join, PartialState? partial,
        CancellationToken cancellationToken)
    {
        var roomId = join.Event.RoomId;
        var chain = await VerifyAsync(version, roomId, authChain, cancellationToken);
        if (JoinedRoom.Of(version, await VerifyAsync(version, roomId, state, cancellationToken), chain, join) is not { } joined)
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

    ValueTask<List<IncomingEvent>> VerifyAsync(string version, RoomId roomId, List<ToldEvent> told, CancellationToken cancellationToken) =>
        verifier.VerifyOutliersAsync(version, roomId, [.. told.Select(static entry => entry.Json)], cancellationToken);

    // The one that the join went through is asked first for the rest.
    ServerName[] ServersOf(ServerName server, ToldRoom told) =>
    [
        .. told.Servers.Concat(told.State.Where(static entry => entry.IsJoin).Select(static entry => entry.Server).OfType<ServerName>())
            .Prepend(server).Where(name => name != identity.Name).Distinct(),
    ];

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
