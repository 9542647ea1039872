using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;

namespace Hybrid.Sync.Timelines;

/// <summary>Reads the newest events of a range: from memory as far as the room has them there, then from the log.</summary>
sealed class TimelineReader(IRoomStore store, EventVisibility visibility)
{
    const int DefaultLimit = 10;
    const int MaxLimit = 100;

    // A filter that matches next to nothing must not make a sync read the whole room.
    const int MaxPages = 8;

    public ValueTask<RoomTimeline> ReadAsync(RoomRange range, SyncTurn turn, CancellationToken cancellationToken) =>
        ReadAsync(range, turn.Filter.Timeline.Limit ?? DefaultLimit, turn, cancellationToken);

    /// <summary>As the other, with a limit of its own.</summary>
    public async ValueTask<RoomTimeline> ReadAsync(RoomRange range, int most, SyncTurn turn, CancellationToken cancellationToken)
    {
        var limit = Math.Min(most, MaxLimit);
        var shown = new List<StoredEvent>(limit + 1);
        var after = range.After ?? 0;
        var cursor = range.UpTo + 1;
        if (!turn.Filter.Timeline.AllowsRoom(range.RoomId))
            return new RoomTimeline([], Limited: false, range.UpTo);

        // One more than wanted, to know whether there are more.
        if (range.UpTo > range.Room.RecentAfter)
        {
            cursor = Math.Max(after, range.Room.RecentAfter) + 1;
            await AddVisibleAsync(ReadRecent(range, turn, after), shown, limit + 1, range, turn, cancellationToken);
        }

        var more = cursor - 1 > after;
        for (var page = 0; more && shown.Count <= limit && page < MaxPages; page++)
        {
            var read = await store.ReadTimelineAsync(Query(range, turn, cursor, after, Math.Max(limit, DefaultLimit) + 1), cancellationToken);
            await AddVisibleAsync(read.Events.Where(stored => Wants(turn, stored)), shown, limit + 1, range, turn, cancellationToken);
            more = read.Next is not null;
            cursor = read.Next ?? cursor;
        }

        var limited = shown.Count > limit || more;
        if (shown.Count > limit)
            shown.RemoveRange(limit, shown.Count - limit);
        shown.Reverse();
        var start = limited ? (shown.Count > 0 ? shown[0].Position - 1 : range.UpTo) : after;
        return new RoomTimeline(shown, limited, start);
    }

    static IEnumerable<StoredEvent> ReadRecent(RoomRange range, SyncTurn turn, long after)
    {
        var recent = range.Room.Recent;
        for (var i = recent.Count - 1; i >= 0 && recent[i].Position > after; i--)
        {
            if (recent[i].Position <= range.UpTo && Wants(turn, recent[i]))
                yield return recent[i];
        }
    }

    static bool Wants(SyncTurn turn, StoredEvent stored) =>
        turn.Filter.Timeline.Allows(stored) && (turn.Ignored.IsEmpty || stored.IsState || !turn.Ignored.Contains(stored.Sender));

    static TimelineQuery Query(RoomRange range, SyncTurn turn, long from, long after, int limit)
    {
        var filter = turn.Filter.Timeline.Definition;
        return new TimelineQuery(range.RoomId, from, after, Backwards: true, limit)
        {
            Types = filter.Types,
            NotTypes = filter.NotTypes,
            Senders = filter.Senders,
            NotSenders = filter.NotSenders,
            ContainsUrl = filter.ContainsUrl,
        };
    }

    // What came while the user was joined is visible without asking; what is older is looked at in batches, until there are enough.
    async ValueTask AddVisibleAsync(
        IEnumerable<StoredEvent> newestFirst, List<StoredEvent> shown, int most, RoomRange range, SyncTurn turn, CancellationToken cancellationToken)
    {
        var doubtful = new List<StoredEvent>();
        foreach (var stored in newestFirst)
        {
            if (shown.Count >= most)
                return;
            if (doubtful.Count == 0 && stored.Position >= range.JoinedSince)
            {
                shown.Add(stored);
                continue;
            }

            doubtful.Add(stored);
            if (shown.Count + doubtful.Count < most)
                continue;

            shown.AddRange(await visibility.FilterAsync(range.Room, doubtful, turn.UserId, cancellationToken));
            doubtful = [];
        }

        if (doubtful.Count > 0)
            shown.AddRange(await visibility.FilterAsync(range.Room, doubtful, turn.UserId, cancellationToken));
    }
}
