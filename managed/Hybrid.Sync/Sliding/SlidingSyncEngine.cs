using Hybrid.Primitives;
using Hybrid.Storage.Sliding;
using Hybrid.Sync.Notifier;
using Hybrid.Sync.Sliding.Extensions;
using Hybrid.Sync.Streams;

namespace Hybrid.Sync.Sliding;

/// <summary>
/// Answers simplified sliding sync (MSC4186), from the same streams as <see cref="SyncEngine"/>. Beside the position in each stream it
/// knows what a connection was sent of every room; a room that changes while it is out of sight is caught up with once it is in sight.
/// </summary>
public sealed class SlidingSyncEngine
{
    readonly SyncNotifier _notifier;
    readonly SyncTurns _turns;
    readonly SlidingConnections _connections;
    readonly RoomLists _lists;
    readonly WindowMoves _moves;
    readonly RoomActivity _activity;
    readonly SlidingRoomReader _reader;
    readonly SlidingRoomWriter _writer;
    readonly ToDeviceStream _toDevice;
    readonly ISlidingExtension[] _extensions;
    readonly TimeProvider _time;
    volatile bool _ending;

    internal SlidingSyncEngine(
        SyncNotifier notifier, SyncTurns turns, SlidingConnections connections, RoomLists lists, WindowMoves moves, RoomActivity activity,
        SlidingRoomReader reader, SlidingRoomWriter writer, ToDeviceStream toDevice, IEnumerable<ISlidingExtension> extensions, TimeProvider time)
    {
        _notifier = notifier;
        _turns = turns;
        _connections = connections;
        _lists = lists;
        _moves = moves;
        _activity = activity;
        _reader = reader;
        _writer = writer;
        _toDevice = toDevice;
        _extensions = [.. extensions];
        _time = time;
    }

    /// <summary>
    /// Waits for something new, up to the request's timeout, and gives the answer's body to <paramref name="send"/>, valid until that is
    /// done. <c>M_UNKNOWN_POS</c> when the client cannot go on from where it says.
    /// </summary>
    public async ValueTask SyncAsync(SlidingRequest request, Func<ReadOnlyMemory<byte>, ValueTask> send, CancellationToken cancellationToken)
    {
        var connection = await _connections.BeginAsync(request, cancellationToken);
        try
        {
            if (connection.TookOver)
                _notifier.Wake(request.UserId);
            await AnswerAsync(request, connection, send, cancellationToken);
        }
        finally
        {
            connection.End();
        }
    }

    /// <summary>Lets no request wait any more, now or later: each is answered with what there is. For a server that stops.</summary>
    public void EndWaits()
    {
        _ending = true;
        _notifier.WakeAll();
    }

    async ValueTask AnswerAsync(
        SlidingRequest request, ConnectionTurn connection, Func<ReadOnlyMemory<byte>, ValueTask> send, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        var ticket = await _notifier.ListenAsync(request.UserId, cancellationToken);
        await _notifier.CatchUpAsync(cancellationToken);
        var upTo = _notifier.Positions;
        if (request.Position?.Positions.Events > upTo.Events)
            throw SlidingRequestReader.UnknownPosition();

        var after = request.Position is { } position ? SyncTurns.Clamp(position.Positions, upTo) : (StreamPositions?)null;
        if (request.Extensions.ToDevice is { Since: > 0 } received)
            await _toDevice.AcknowledgeAsync(request.UserId, request.DeviceId, Math.Min(received.Since, upTo.ToDevice), cancellationToken);

        using var body = new SlidingBody();
        while (true)
        {
            var turn = await BeginTurnAsync(request, connection, after, upTo, cancellationToken);
            await WriteAsync(turn, body, cancellationToken);

            var remaining = _ending || !connection.IsCurrent ? TimeSpan.Zero : request.Timeout - _time.GetElapsedTime(began);
            if (body.HasNews || after is null || remaining <= TimeSpan.Zero)
            {
                var state = await _connections.CommitAsync(connection, cancellationToken);
                if (connection.IsCurrent)
                    connection.Connection.Windows = turn.Windows with { Basis = Basis(turn.Sync, request, state, upTo.Events) };

                // Who was overtaken must not go on from what they are told now.
                body.Finish(new SlidingPosition(connection.Connection.Number, state, connection.IsCurrent ? upTo : after ?? upTo));
                await send(body.Bytes);
                return;
            }

            body.Reset();
            connection.Reset();
            await _notifier.WaitAsync(ticket, remaining, cancellationToken);
            ticket = await _notifier.ListenAsync(request.UserId, cancellationToken);
            upTo = _notifier.Positions;
        }
    }

    static WindowsBasis Basis(SyncTurn turn, SlidingRequest request, long state, long events) =>
        new(request.Fingerprint, state, events, turn.Memberships, turn.Ignored, turn.Invites);

    async ValueTask<SlidingTurn> BeginTurnAsync(
        SlidingRequest request, ConnectionTurn connection, StreamPositions? after, StreamPositions upTo, CancellationToken cancellationToken)
    {
        var sync = await _turns.BeginAsync(new SyncRequest(request.UserId, request.DeviceId, after), after, upTo, cancellationToken);
        if (after is { } start && !sync.AccountData.Any(static entry => entry.Type is "m.direct" or "m.tag")
            && connection.Connection.Windows is { } windows && windows.StillHolds(Basis(sync, request, connection.State, start.Events))
            && await _moves.TryAsync(request, sync, windows, cancellationToken) is { } moved)
        {
            // A room that came into sight, or is wanted otherwise now, may have anything to say.
            return new SlidingTurn(request, sync, connection, moved, ReferenceEquals(moved.Rooms, windows.Rooms) ? sync.ChangedRooms.ToHashSet() : null);
        }

        return new SlidingTurn(request, sync, connection, await _lists.FindAsync(request, sync, connection, cancellationToken), lookAt: null);
    }

    async ValueTask WriteAsync(SlidingTurn turn, SlidingBody body, CancellationToken cancellationToken)
    {
        var writer = body.Writer;
        writer.WriteStartObject("lists"u8);
        foreach (var (key, window) in turn.Windows.Lists)
        {
            writer.WriteStartObject(key);
            writer.WriteNumber("count"u8, window.Listed.Count);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteStartObject("rooms"u8);
        await WriteRoomsAsync(turn, body, cancellationToken);
        writer.WriteEndObject();

        writer.WriteStartObject("extensions"u8);
        foreach (var extension in _extensions)
            await extension.WriteAsync(turn, body, cancellationToken);
        writer.WriteEndObject();
    }

    async ValueTask WriteRoomsAsync(SlidingTurn turn, SlidingBody body, CancellationToken cancellationToken)
    {
        var changed = turn.Sync.IsInitial ? [] : turn.Sync.ChangedRooms.Where(roomId => _activity.Of(roomId) > turn.Sync.After.Events).ToHashSet();
        foreach (var (roomId, terms) in turn.RoomsToLookAt)
        {
            if (!NeedsLook(turn, roomId, terms, changed) || await _reader.ReadAsync(turn, roomId, terms, cancellationToken) is not { } result)
                continue;

            body.HasNews = true;
            turn.Results.Add(roomId, result);
            await _writer.WriteAsync(body.Writer, roomId, result, turn, cancellationToken);
        }

        foreach (var roomId in changed)
        {
            if (!turn.Windows.Rooms.ContainsKey(roomId) && turn.Connection.Find(roomId) is { Events.IsLive: true } room)
                turn.Connection.Change(room with { Events = SentMark.UpTo(turn.Sync.After.Events) });
        }
    }

    static bool NeedsLook(SlidingTurn turn, RoomId roomId, RoomTerms terms, HashSet<RoomId> changed) =>
        turn.Connection.Find(roomId) is not { Events.IsLive: true } sent
        || changed.Contains(roomId)
        || sent.TimelineLimit < terms.TimelineLimit
        || sent.IsDirect != turn.Windows.Direct.Contains(roomId)
        || !turn.Connection.Connection.Has(sent.StateTerms, terms.State);
}
