using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Timeline;

/// <summary>One page of what a user may see of a room. <paramref name="End"/> is the token point to go on from, null when there is no more.</summary>
public sealed record MessagePage(IReadOnlyList<StoredEvent> Events, long? End);

/// <summary>Pages of a room's log, without what the user may not see.</summary>
public sealed class MessagePages(IRoomStore store, EventVisibility visibility, IRoomHistory? history = null)
{
    // How many pages without a visible event are read before the client is asked to come again.
    const int MaxReads = 8;

    /// <summary>
    /// Reads a page from the point <paramref name="from"/> towards <paramref name="to"/>, without what the viewer ignores. The query's
    /// range is set here; its direction, limit and filter count.
    /// </summary>
    public async ValueTask<MessagePage> ReadAsync(
        RoomView view, TimelineQuery filter, long from, long? to, EventViewer viewer, CancellationToken cancellationToken)
    {
        var backwards = filter.Backwards;
        var query = backwards
            ? filter with { From = Math.Min(from, view.End) + 1, To = to }
            : filter with { From = from, To = Math.Min(to ?? long.MaxValue, view.End) };
        for (var reads = 1; ; reads++)
        {
            var page = await store.ReadTimelineAsync(query, cancellationToken);

            // Where what is known ends, other servers may know more. Their answer goes before it, and the page is read again.
            if (backwards && page.Next is null && reads == 1 && to is null && history is not null
                && await history.FetchAsync(view.Room.RoomId, cancellationToken))
            {
                page = await store.ReadTimelineAsync(query, cancellationToken);
            }

            var wanted = viewer.Ignored.IsEmpty ? page.Events : [.. page.Events.Where(stored => !viewer.Ignores(stored))];
            var seen = await visibility.FilterAsync(view.Room, wanted, view.UserId, cancellationToken);
            var end = backwards ? page.Next - 1 : page.Next;
            if (seen.Count > 0 || page.Next is not { } next || reads == MaxReads)
                return new MessagePage(seen, end);

            query = query with { From = next };
        }
    }
}
