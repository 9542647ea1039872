using Hybrid.Federation.Events;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Receiving;

namespace Hybrid.Federation.Joins;

/// <summary>
/// Stores state of a room that another server tells, in batches, so that a large one never is in memory as a whole and the room has time for others in
/// between. While one batch is stored, the signatures of the next are checked.
/// </summary>
sealed class StateIntake(Room room, EventVerifier verifier)
{
    readonly List<IncomingEvent> _early = [];

    /// <summary>Stores events as outliers; those that were refused are left out.</summary>
    /// <param name="told">The events; the list is emptied on the way.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The IDs of those that passed the checks that need no room.</returns>
    public async ValueTask<List<EventId>> TakeAsync(List<ToldEvent> told, CancellationToken cancellationToken)
    {
        var ids = new List<EventId>(told.Count);
        // Taken from the end, the first as the first.
        told.Reverse();
        var next = VerifyAsync(Next(told), cancellationToken);
        while (await next is { Count: > 0 } verified)
        {
            next = VerifyAsync(Next(told), cancellationToken);
            ids.AddRange(verified.Select(static incoming => incoming.Event.EventId));
            await ReceiveAsync(EventOrder.Sort(verified), cancellationToken);
        }

        return ids;
    }

    /// <summary>Tries once more what came before that which authorizes it.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        var early = EventOrder.Sort(_early);
        _early.Clear();
        foreach (var batch in early.Chunk(EventVerifier.Batch))
            await ReceiveAsync(batch, cancellationToken);
        _early.Clear();
    }

    async ValueTask ReceiveAsync(IReadOnlyList<IncomingEvent> events, CancellationToken cancellationToken)
    {
        if (!(await room.ReceiveAsync(events, afresh: false, cancellationToken)).TryGet(out var receipts, out _))
            return;

        for (var index = 0; index < receipts.Length; index++)
        {
            if (receipts[index].Outcome == ReceiptOutcome.Incomplete)
                _early.Add(events[index]);
        }
    }

    Task<List<IncomingEvent>> VerifyAsync(ReadOnlyMemory<byte>[] events, CancellationToken cancellationToken) => Task.Run(
        () => verifier.VerifyOutliersAsync(room.Current.Version, room.RoomId, events, cancellationToken).AsTask(), cancellationToken);

    static ReadOnlyMemory<byte>[] Next(List<ToldEvent> told)
    {
        var first = Math.Max(0, told.Count - EventVerifier.Batch);
        ReadOnlyMemory<byte>[] next = [.. told.Skip(first).Select(static entry => entry.Json)];
        told.RemoveRange(first, told.Count - first);
        return next;
    }
}
