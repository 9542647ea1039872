using Hybrid.Primitives;
using Hybrid.Sync.Notifier;
using Hybrid.Sync.Streams;
using Hybrid.Sync.Timelines;

namespace Hybrid.Sync;

/// <summary>
/// Answers <c>/sync</c>: a reader of every stream. It looks at what lies between the client's token and now, and if that is
/// nothing to the user, waits until the notifier says that something came. What a token covers is never shown twice, what it
/// does not cover is never left out.
/// </summary>
public sealed class SyncEngine
{
    readonly SyncNotifier _notifier;
    readonly SyncTurns _turns;
    readonly LazyMemberMemory _lazyMembers;
    readonly ToDeviceStream _toDevice;
    readonly KeyCountStream _keyCounts;
    readonly TimeProvider _time;

    // Rooms by section first, since a section is written as a whole; device lists before presence, which uses what they find.
    readonly ISyncStream[] _rooms;
    readonly ISyncStream[] _others;
    volatile bool _ending;

    internal SyncEngine(
        SyncNotifier notifier, SyncTurns turns, LazyMemberMemory lazyMembers, SyncStreams streams, TimeProvider time)
    {
        _notifier = notifier;
        _turns = turns;
        _lazyMembers = lazyMembers;
        _toDevice = streams.ToDevice;
        _keyCounts = streams.KeyCounts;
        _rooms = [streams.Joined, streams.Invited, streams.Knocked, streams.Left];
        _others = [streams.AccountData, streams.ToDevice, streams.DeviceLists, streams.Presence];
        _time = time;
    }

    /// <summary>Waits for something new, up to the request's timeout, and gives the answer's body to <paramref name="send"/>; a large one that has no need to wait, in pieces.</summary>
    public async ValueTask SyncAsync(SyncRequest request, Func<SyncPiece, ValueTask> send, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        var ticket = await _notifier.ListenAsync(request.UserId, cancellationToken);
        await _notifier.CatchUpAsync(cancellationToken);
        var upTo = _notifier.Positions;
        var after = request.Since is { } since ? SyncTurns.Clamp(since, upTo) : (StreamPositions?)null;
        if (after is null)
            _lazyMembers.Forget(request.UserId, request.DeviceId);
        await _toDevice.AcknowledgeAsync(request.UserId, request.DeviceId, request.Since?.ToDevice ?? 0, cancellationToken);

        using var body = new SyncBody(send) { IsCertain = after is null || request.FullState };
        while (true)
        {
            var turn = await _turns.BeginAsync(request, after, upTo, cancellationToken);
            var now = after is null || request.FullState;
            if (now || after != upTo)
                await WriteNewsAsync(turn, body, cancellationToken);

            var remaining = _ending ? TimeSpan.Zero : request.Timeout - _time.GetElapsedTime(began);
            if (body.HasNews || now || remaining <= TimeSpan.Zero)
            {
                await _keyCounts.WriteAsync(turn, body, cancellationToken);
                await body.FinishAsync(turn.Next);
                return;
            }

            // Nothing up to here concerns the user, so the next look begins here.
            body.Reset();
            after = upTo;
            await _notifier.WaitAsync(ticket, remaining, cancellationToken);
            ticket = await _notifier.ListenAsync(request.UserId, cancellationToken);
            upTo = _notifier.Positions;
        }
    }

    /// <summary>Lets no request wait any more, now or later: each is answered with what there is. For a server that stops.</summary>
    public void EndWaits()
    {
        _ending = true;
        _notifier.WakeAll();
    }

    async ValueTask WriteNewsAsync(SyncTurn turn, SyncBody body, CancellationToken cancellationToken)
    {
        foreach (var stream in _rooms)
            await stream.WriteAsync(turn, body, cancellationToken);
        body.CloseRooms();
        foreach (var stream in _others)
        {
            await body.SendPieceAsync();
            await stream.WriteAsync(turn, body, cancellationToken);
        }
    }
}
