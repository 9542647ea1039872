using Hybrid.Primitives;
using Hybrid.Rooms.Membership;
using Hybrid.Storage.AccountData;
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
    readonly MembershipIndex _memberships;
    readonly HiddenUsers _ignored;
    readonly IAccountDataStore _accountData;
    readonly LazyMemberMemory _lazyMembers;
    readonly ToDeviceStream _toDevice;
    readonly KeyCountStream _keyCounts;
    readonly TimeProvider _time;

    // Rooms by section first, since a section is written as a whole; device lists before presence, which uses what they find.
    readonly ISyncStream[] _rooms;
    readonly ISyncStream[] _others;
    volatile bool _ending;

    internal SyncEngine(
        SyncNotifier notifier, MembershipIndex memberships, HiddenUsers ignored, IAccountDataStore accountData, LazyMemberMemory lazyMembers,
        SyncStreams streams, TimeProvider time)
    {
        _notifier = notifier;
        _memberships = memberships;
        _ignored = ignored;
        _accountData = accountData;
        _lazyMembers = lazyMembers;
        _toDevice = streams.ToDevice;
        _keyCounts = streams.KeyCounts;
        _rooms = [streams.Joined, streams.Invited, streams.Knocked, streams.Left];
        _others = [streams.AccountData, streams.ToDevice, streams.DeviceLists, streams.Presence];
        _time = time;
    }

    /// <summary>Waits for something new, up to the request's timeout, and gives the answer's body to <paramref name="send"/>, valid until that is done.</summary>
    public async ValueTask SyncAsync(SyncRequest request, Func<ReadOnlyMemory<byte>, ValueTask> send, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        var ticket = await _notifier.ListenAsync(request.UserId, cancellationToken);
        await _notifier.CatchUpAsync(cancellationToken);
        var upTo = _notifier.Positions;
        var after = request.Since is { } since ? Clamp(since, upTo) : (StreamPositions?)null;
        if (after is null)
            _lazyMembers.Forget(request.UserId, request.DeviceId);
        await _toDevice.AcknowledgeAsync(request, cancellationToken);

        using var body = new SyncBody();
        while (true)
        {
            var turn = await BeginTurnAsync(request, after, upTo, cancellationToken);
            var now = after is null || request.FullState;
            if (now || after != upTo)
                await WriteNewsAsync(turn, body, cancellationToken);

            var remaining = _ending ? TimeSpan.Zero : request.Timeout - _time.GetElapsedTime(began);
            if (body.HasNews || now || remaining <= TimeSpan.Zero)
            {
                await _keyCounts.WriteAsync(turn, body, cancellationToken);
                body.Finish(turn.Next);
                await send(body.Bytes);
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

    async ValueTask<SyncTurn> BeginTurnAsync(SyncRequest request, StreamPositions? after, StreamPositions upTo, CancellationToken cancellationToken)
    {
        var memberships = await _memberships.OfAsync(request.UserId, cancellationToken);
        var start = after?.Events ?? 0;
        var changes = new List<RoomChange>();
        var known = after is not null && _notifier.Events.TryRead(start, upTo.Events, changes);
        return new SyncTurn(request, after, upTo)
        {
            Memberships = memberships,
            Ignored = await _ignored.OfAsync(request.UserId, cancellationToken),
            AccountData = await ReadAccountDataAsync(request.UserId, after, upTo, cancellationToken),
            ChangedRooms = known
                ? [.. changes.Select(static change => change.RoomId).Where(memberships.ContainsKey).Distinct()]
                : start == upTo.Events ? [] : [.. memberships.Keys],
            MembersMoved = known ? changes.Exists(change => change.IsMember && memberships.ContainsKey(change.RoomId)) : start != upTo.Events,
        };
    }

    async ValueTask<IReadOnlyList<AccountDataRecord>> ReadAccountDataAsync(
        UserId userId, StreamPositions? after, StreamPositions upTo, CancellationToken cancellationToken)
    {
        var start = after?.AccountData ?? 0;
        if (start >= upTo.AccountData)
            return [];

        var users = new List<UserId>();
        if (_notifier.AccountData.TryRead(start, upTo.AccountData, users) && !users.Contains(userId))
            return [];

        return await _accountData.ReadChangesAsync(userId, start, upTo.AccountData, cancellationToken);
    }

    async ValueTask WriteNewsAsync(SyncTurn turn, SyncBody body, CancellationToken cancellationToken)
    {
        foreach (var stream in _rooms)
            await stream.WriteAsync(turn, body, cancellationToken);
        body.CloseRooms();
        foreach (var stream in _others)
            await stream.WriteAsync(turn, body, cancellationToken);
    }

    // A token from the future comes from a database that was rolled back: the client goes on from what there is.
    static StreamPositions Clamp(StreamPositions since, StreamPositions now) => new(
        Math.Min(since.Events, now.Events), Math.Min(since.ToDevice, now.ToDevice), Math.Min(since.AccountData, now.AccountData),
        Math.Min(since.Receipts, now.Receipts), Math.Min(since.DeviceLists, now.DeviceLists), Math.Min(since.Typing, now.Typing),
        Math.Min(since.Presence, now.Presence));
}
