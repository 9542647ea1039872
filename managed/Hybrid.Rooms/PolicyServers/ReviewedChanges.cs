using Hybrid.Primitives;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Receiving;
using Hybrid.Rooms.State;

namespace Hybrid.Rooms.PolicyServers;

/// <summary>
/// Changes of a room that uses a policy server, one at a time: a change is drafted beside the mailbox, its events are signed by the policy server, and the
/// room takes them as it takes those of other servers. So the mailbox waits for no network, and what comes meanwhile makes a fork, not a conflict.
/// </summary>
#pragma warning disable CA1001 // There is nothing to dispose of in a semaphore whose wait handle nobody asks for.
sealed class ReviewedChanges(Room room, ServerIdentity identity, TimeProvider time, Lazy<IPolicyServers> servers)
#pragma warning restore CA1001
{
    // A policy server that is slow must not gather ever more requests that wait for their turn.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly SemaphoreSlim _turn = new(1);

    /// <summary>
    /// Makes the change; the refusal of the policy server is the answer. Null when the room uses no policy server any more: nothing was done.
    /// </summary>
    public async ValueTask<Result<T>?> ChangeAsync<T>(Func<RoomDraft, CancellationToken, ValueTask<Result<T>>> change, CancellationToken cancellationToken)
    {
        if (!await _turn.WaitAsync(Patience, cancellationToken))
            return MatrixError.Of(504, "M_UNKNOWN", "The policy server of the room does not answer in time.");

        try
        {
            var start = room.Current;
            return RoomPolicy.Of(start) is { } policy ? await ChangeAsync(start, policy, change, cancellationToken) : default(Result<T>?);
        }
        finally
        {
            _turn.Release();
        }
    }

    async ValueTask<Result<T>> ChangeAsync<T>(
        RoomSnapshot start, RoomPolicy policy, Func<RoomDraft, CancellationToken, ValueTask<Result<T>>> change, CancellationToken cancellationToken)
    {
        var draft = new RoomDraft(start, identity, time);
        var result = await change(draft, CancellationToken.None);
        if (result.Error is not null || draft.Events.Count == 0)
            return result;

        var events = new List<IncomingEvent>(draft.Events.Count);
        foreach (var added in draft.Events)
        {
            var json = added.Json;
            if (RoomPolicy.Covers(added)
                && !(await servers.Value.SignAsync(start, policy, json, isAwaited: true, cancellationToken)).TryGet(out json, out var refused))
            {
                return refused;
            }

            events.Add(new IncomingEvent(added.WithSignature(json), GraphLinks.Read(json.Span), IncomingKind.Timeline));
        }

        if (!(await room.ReceiveAsync(events, afresh: false, cancellationToken)).TryGet(out var receipts, out var error))
            return error;

        var unwanted = receipts.FirstOrDefault(static receipt => receipt.Outcome is not (ReceiptOutcome.Accepted or ReceiptOutcome.Known));
        return unwanted is null ? result : MatrixError.Forbidden(unwanted.Reason ?? "The room does not allow this any more.");
    }
}
