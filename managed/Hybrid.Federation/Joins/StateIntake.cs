using System.Text.Json;
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
    const int Batch = 1000;

    // What came before that which authorizes it waits, and is tried again when it is this much; what has to wait even then has to be told again.
    const int MaxEarly = 4000;

    readonly List<IncomingEvent> _early = [];

    /// <summary>Stores events as outliers; those that were refused are left out.</summary>
    /// <param name="told">What is told of the room.</param>
    /// <param name="list">The list that the events are of.</param>
    /// <param name="membersOnly">Whether only members are wanted.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The IDs of those that passed the checks that need no room.</returns>
    public async ValueTask<List<EventId>> TakeAsync(IAsyncEnumerable<ToldValue> told, string list, bool membersOnly, CancellationToken cancellationToken)
    {
        var ids = new List<EventId>();
        await using var values = told.GetAsyncEnumerator(cancellationToken);
        var next = Task.Run(NextAsync, cancellationToken);
        try
        {
            while (await next is { } verified)
            {
                next = Task.Run(NextAsync, cancellationToken);
                ids.AddRange(verified.Select(static incoming => incoming.Event.EventId));
                await ReceiveAsync(EventOrder.Sort(verified), cancellationToken);
                if (_early.Count > MaxEarly)
                    await RetryAsync(MaxEarly / 2, cancellationToken);
            }
        }
        finally
        {
            // Nobody else may read on meanwhile.
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await RetryAsync(0, cancellationToken);
        return ids;

        async Task<List<IncomingEvent>?> NextAsync()
        {
            var batch = new List<ReadOnlyMemory<byte>>();
            while (batch.Count < Batch && await values.MoveNextAsync())
            {
                if (values.Current is { Type: JsonTokenType.StartObject } value && value.Name == list
                    && (!membersOnly || ToldEvent.Read(value.Json).Type == "m.room.member"))
                {
                    batch.Add(value.Json.ToArray());
                }
            }

            return batch.Count == 0 ? null : await verifier.VerifyOutliersAsync(room.Current.Version, room.RoomId, batch, cancellationToken);
        }
    }

    async ValueTask RetryAsync(int keep, CancellationToken cancellationToken)
    {
        var early = EventOrder.Sort(_early);
        _early.Clear();
        foreach (var batch in early.Chunk(Batch))
            await ReceiveAsync(batch, cancellationToken);
        _early.RemoveRange(0, Math.Max(0, _early.Count - keep));
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
}
