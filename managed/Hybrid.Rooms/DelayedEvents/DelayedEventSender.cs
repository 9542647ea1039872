using Hybrid.Primitives;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Sending;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.DelayedEvents;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.DelayedEvents;

/// <summary>Sends a delayed event as its owner would, and writes down what came of it.</summary>
public sealed class DelayedEventSender(
    IDelayedEventStore store, IAccountStore accounts, RoomRegistry rooms, EventSending sending, MemberStateChanges memberships, TimeProvider time)
{
    /// <summary>
    /// Sends the event. After a crash it may be asked for one that is sent already: a message is known by its transaction then, and state that says
    /// what is said is not said again.
    /// </summary>
    public async ValueTask<Result<Done>> SendAsync(DelayedEvent delayed, string reason, CancellationToken cancellationToken)
    {
        var sent = await TrySendAsync(delayed, cancellationToken);
        var finalized = sent.TryGet(out var eventId, out var error)
            ? delayed with { Outcome = DelayedOutcome.Sent, EventId = eventId, Reason = reason, FinalizedAt = time.GetUtcNow() }
            : delayed with { Outcome = DelayedOutcome.Failed, Reason = $"{error.Code}: {error.Message}", FinalizedAt = time.GetUtcNow() };
        await store.FinalizeAsync(finalized, cancellationToken);
        return error is null ? default(Done) : error;
    }

    /// <summary>Whether others have set the state that the event was to set, since it was scheduled.</summary>
    public async ValueTask<bool> IsReplacedAsync(DelayedEvent delayed, CancellationToken cancellationToken) =>
        delayed.StateKey is { } stateKey && (await rooms.FindAsync(delayed.RoomId, cancellationToken))?.Current.Find(delayed.Type, stateKey) is { } current
        && current.Position > delayed.ScheduledAt && current.Sender != delayed.Owner;

    async ValueTask<Result<EventId>> TrySendAsync(DelayedEvent delayed, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(delayed.Owner, cancellationToken);
        if (account is null or { IsDeactivated: true } or { IsLocked: true })
            return MatrixError.Forbidden("The account cannot be used.");
        if (account.IsSuspended)
            return MatrixError.UserSuspended();
        if (delayed is { Type: "m.room.member", StateKey: { } member })
            return await memberships.ApplyAsync(delayed.RoomId, delayed.Owner, account.IsGuest, member, delayed.Content, cancellationToken);

        var proposal = new EventProposal(delayed.Type, delayed.Owner, delayed.Content)
        {
            StateKey = delayed.StateKey,
            Transaction = delayed is { StateKey: null, DeviceId: { } device } ? new SendingTransaction(delayed.Owner, device, "delayed/" + delayed.DelayId) : null,
        };
        return delayed is { Type: "m.room.redaction", StateKey: null } && EventFields.Read(delayed.Content.Span).Redacts is { } target
            ? await sending.RedactAsync(delayed.RoomId, target, proposal, cancellationToken)
            : await sending.SendAsync(delayed.RoomId, proposal, cancellationToken);
    }
}
