using Hybrid.Primitives;
using Hybrid.Storage.Push;

namespace Hybrid.Push.Unread;

/// <content>The events that are counted, one by one.</content>
public sealed partial class UnreadReader
{
    const int ListPage = 200;

    // How many pages are read to fill one answer; who wants more comes again.
    const int MaxListPages = 10;

    public async ValueTask<UnreadEvent?> FindAsync(RoomId roomId, long position, CancellationToken cancellationToken) =>
        (await _ledger.OfAsync(roomId, cancellationToken)).Find(position);

    public ValueTask<bool> IsReadAsync(UserId userId, RoomId roomId, UnreadEvent unread, CancellationToken cancellationToken) =>
        _ledger.IsReadAsync(userId, roomId, unread, cancellationToken);

    public async ValueTask<(IReadOnlyList<UserNotification> Events, long? Next)> ListAsync(
        UserId userId, IReadOnlySet<RoomId> rooms, bool onlyHighlights, long before, int limit, CancellationToken cancellationToken)
    {
        await _events.ReachAsync(_hub.Current(StreamKind.Events), cancellationToken);
        // First what is not stored, then what is: an event that is stored in between is seen twice, not overlooked.
        var unsaved = await _ledger.ReadUnsavedAsync(rooms);
        var found = new List<UserNotification>();
        for (var pages = 0; pages < MaxListPages; pages++)
        {
            var stored = await _store.ReadNewestAsync(rooms, before, ListPage, cancellationToken);
            var end = stored.Count == ListPage ? stored[^1].Event.Position : 0;
            var page = stored.Concat(unsaved.Added.Where(added => added.Event.Position < before && added.Event.Position >= end))
                .DistinctBy(static entry => entry.Event.Position)
                .Where(entry => !unsaved.Removed.Contains((entry.RoomId, entry.Event.Position)))
                .OrderByDescending(static entry => entry.Event.Position);
            foreach (var (roomId, unread) in page)
            {
                var weight = unread.WeightFor(userId);
                if (weight == UnreadWeight.None || (onlyHighlights && weight != UnreadWeight.Highlight)
                    || (await _ledger.OfAsync(roomId, cancellationToken)).IsBeforeJoin(userId, unread.Position))
                {
                    continue;
                }

                if (found.Count == limit)
                    return (found, found[^1].Position);
                found.Add(new UserNotification(roomId, unread.Position, weight, await _ledger.IsReadAsync(userId, roomId, unread, cancellationToken)));
            }

            if (end == 0)
                return (found, null);
            before = end;
        }

        return (found, before);
    }
}
