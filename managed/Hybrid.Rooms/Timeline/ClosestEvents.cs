using Hybrid.Rooms.Receiving;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Timeline;

/// <summary>
/// Finds events by time (specification, client-server API, "Event timestamps"). Where the answer lies beside history that is missing here, other servers
/// are asked whether they have a closer event, and the history up to it is fetched.
/// </summary>
public sealed class ClosestEvents(
    IRoomStore store, EventVisibility visibility, TimeProvider time, IRoomHistory? history = null, IRemoteTimestamps? remote = null)
{
    const int PageSize = 50;

    // Beyond this many hidden events in a row the closest one is not close.
    const int MaxPages = 20;

    // Further back than that, an event is not worth all the history after it.
    const int MaxFetches = 10;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The event at or after a time, or at or before it, that the viewer may see; null when there is none.</summary>
    public async ValueTask<StoredEvent?> FindAsync(RoomView view, long timestamp, bool backwards, CancellationToken cancellationToken)
    {
        var here = await FindHereAsync(view, timestamp, backwards, cancellationToken);
        if (remote is null || history is null || !await IsBesideGapAsync(view, timestamp, backwards, here, cancellationToken))
            return here;

        using var timer = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return await FetchAsync(view, timestamp, backwards, here, either.Token)
                ? await FindHereAsync(view, timestamp, backwards, cancellationToken)
                : here;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return here;
        }
    }

    async ValueTask<StoredEvent?> FindHereAsync(RoomView view, long timestamp, bool backwards, CancellationToken cancellationToken)
    {
        for (var page = 0; page < MaxPages; page++)
        {
            var near = await store.ReadByTimeAsync(view.Room.RoomId, timestamp, backwards, page * PageSize, PageSize, cancellationToken);
            var seen = await visibility.FilterAsync(view.Room, near, view.UserId, cancellationToken);
            if (seen.Count > 0)
                return seen[0];
            if (near.Count < PageSize)
                break;
        }

        return null;
    }

    // What is missing lies before an event on either side of the time, or before all that is known.
    async ValueTask<bool> IsBesideGapAsync(RoomView view, long timestamp, bool backwards, StoredEvent? here, CancellationToken cancellationToken)
    {
        var gaps = await store.ReadGapsAsync(view.Room.RoomId, cancellationToken);
        if (gaps.Count == 0)
            return false;
        if (here is null)
            return backwards;

        var beyond = await store.ReadByTimeAsync(view.Room.RoomId, timestamp, !backwards, skip: 0, limit: 1, cancellationToken);
        return beyond.Append(here).Any(stored => GraphLinks.Read(stored.Json.Span).PrevEvents.Any(gaps.Contains));
    }

    async ValueTask<bool> FetchAsync(RoomView view, long timestamp, bool backwards, StoredEvent? here, CancellationToken cancellationToken)
    {
        if (await remote!.FindAsync(view.Room, timestamp, backwards, cancellationToken) is not { } closer
            || (here is not null && Distance(here.OriginServerTs) <= Distance(closer.OriginServerTs)))
        {
            return false;
        }

        for (var fetches = 0; fetches < MaxFetches; fetches++)
        {
            if ((await store.FindEventAsync(closer.EventId, cancellationToken)) is { } stored && stored.RoomId == view.Room.RoomId)
                return true;
            if (!await history!.FetchAsync(view.Room.RoomId, cancellationToken))
                break;
        }

        return true;

        Int128 Distance(long moment) => Int128.Abs((Int128)moment - timestamp);
    }
}
