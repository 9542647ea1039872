using Hybrid.Primitives;
using Hybrid.Push.Unread;
using Hybrid.Rooms;
using Hybrid.Rooms.Log;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.State;
using Hybrid.Storage.Push;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Logging;

namespace Hybrid.Push.Pushers;

/// <summary>
/// Queues what pushers have to send: a reader of the log behind the one that counts unread events, whose verdicts it takes over.
/// Invitations, which count for nobody, it judges itself.
/// </summary>
sealed class PushReader(
    StreamHub hub, IRoomStore log, RoomRegistry rooms, IUnreadCounts counts, IUnreadEvents unread, PushActionReader actions, PusherRegistry registry,
    BadgeCounts badges, IPusherStore store, PusherPool pool, TimeProvider time, ILogger<PushReader> logger, IInvitePermissions? permissions = null) : LogReader(hub, log, time, logger)
{
    // Nothing is queued in between, so that looking through it once more does no harm.
    const long MaxUnwritten = 1000;

    readonly TimeProvider _clock = time;
    long _written;

    protected override string Subject => "The queue of pushes";

    protected override ValueTask<long> ReadPositionAsync(CancellationToken cancellationToken) => store.ReadPositionAsync(cancellationToken);

    protected override bool IsRelevant(StoredEvent stored) => registry.Any && !stored.IsMark;

    protected override async ValueTask ApplyAsync(IReadOnlyList<StoredEvent> events, long position, CancellationToken cancellationToken)
    {
        await counts.ReachAsync(position, cancellationToken);
        var pushes = new List<QueuedPush>();
        foreach (var stored in events)
        {
            if (await rooms.FindAsync(stored.RoomId, cancellationToken) is { Current: var room })
                await CollectAsync(stored, room, pushes, cancellationToken);
        }

        if (pushes.Count == 0 && position - _written < MaxUnwritten)
            return;

        await store.EnqueueAsync(pushes, position, cancellationToken);
        _written = position;
        foreach (var pusher in pushes.Select(static push => push.Pusher).Distinct())
            pool.Wake(pusher);
    }

    async ValueTask CollectAsync(StoredEvent stored, RoomSnapshot room, List<QueuedPush> pushes, CancellationToken cancellationToken)
    {
        var members = registry.Among(room.Joined);
        foreach (var userId in members)
            badges.MarkChanged(userId, stored.RoomId);
        if (members.Count > 0 && await unread.FindAsync(stored.RoomId, stored.Position, cancellationToken) is { } counted)
        {
            foreach (var userId in members.Where(userId => counted.WeightFor(userId) != UnreadWeight.None))
                Add(userId);
        }

        if (stored is { Type: "m.room.member", Membership: "invite", StateKey: { } target } && UserId.TryParse(target, out var invited)
            && registry.Of(invited).Length > 0 && !(permissions is not null && await permissions.HidesAsync(invited, stored.Sender, cancellationToken))
            && (await actions.OfAsync(invited, stored, room, cancellationToken)).Notify)
        {
            Add(invited);
        }

        void Add(UserId userId) => pushes.AddRange(registry.Of(userId).Select(
            number => new QueuedPush(number, stored.Position, stored.EventId, stored.RoomId, _clock.GetUtcNow())));
    }
}
