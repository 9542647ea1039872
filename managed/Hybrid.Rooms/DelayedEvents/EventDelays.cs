using System.Security.Cryptography;
using Hybrid.Primitives;
using Hybrid.Storage.DelayedEvents;
using Hybrid.Storage.Streams;

namespace Hybrid.Rooms.DelayedEvents;

/// <summary>Schedules events to be sent later, and lets whoever knows an ID restart, cancel or send one (MSC4140).</summary>
public sealed class EventDelays(
    IDelayedEventStore store, DelayedEventQueue queue, DelayedEventSender sender, RoomRegistry rooms, StreamHub hub, DelayedEventOptions options,
    TimeProvider time)
{
    const int IdLength = 32;
    const int MaxContentBytes = 65_536;
    const string IdCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    /// <summary>
    /// Schedules an event and returns its ID. <c>M_MAX_DELAY_EXCEEDED</c> for a longer delay than is allowed, <c>M_LIMIT_EXCEEDED</c> when the user has
    /// too many, <c>M_FORBIDDEN</c> when they are not in the room.
    /// </summary>
    /// <param name="wanted">The event; its ID, times and place in the log are given here.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<Result<string>> ScheduleAsync(DelayedEvent wanted, CancellationToken cancellationToken)
    {
        if (wanted.Delay < TimeSpan.Zero)
            return MatrixError.InvalidParam("The delay must not be negative.");
        if (wanted.Delay > options.MaxDelay)
            return TooLong();
        if (wanted.Content.Length > MaxContentBytes)
            return MatrixError.TooLarge($"The event is larger than {MaxContentBytes} bytes.");
        if (await rooms.FindAsync(wanted.RoomId, cancellationToken) is not { } room || !room.Current.IsJoined(wanted.Owner))
            return MatrixError.Forbidden($"{wanted.Owner} is not in this room.");

        var delayed = wanted with
        {
            DelayId = RandomNumberGenerator.GetString(IdCharacters, IdLength),
            RunningSince = Now(),
            ScheduledAt = hub.Current(StreamKind.Events),
        };
        if (!await store.TryAddAsync(delayed, options.MaxScheduled, cancellationToken))
            return MatrixError.LimitExceeded(await UntilNextAsync(wanted.Owner, cancellationToken));

        queue.Put(delayed);
        return delayed.DelayId;
    }

    /// <summary>Lets the delay begin anew; <c>M_NOT_FOUND</c> when no such event is scheduled, as for the other actions.</summary>
    public async ValueTask<Result<Done>> RestartAsync(string delayId, CancellationToken cancellationToken)
    {
        var now = Now();
        if (await store.FindAsync(delayId, cancellationToken) is not { } delayed || !await store.RestartAsync(delayId, now, cancellationToken))
            return NotFound();

        queue.Put(delayed with { RunningSince = now });
        return default(Done);
    }

    public async ValueTask<Result<Done>> CancelAsync(string delayId, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(delayId, cancellationToken) is not { } delayed)
            return NotFound();

        var canceled = delayed with { Outcome = DelayedOutcome.Canceled, Reason = DelayedEvent.ByAction, FinalizedAt = Now() };
        if (!await store.FinalizeAsync(canceled, cancellationToken))
            return NotFound();

        queue.Take(delayId);
        return default(Done);
    }

    /// <summary>Sends the event now; what the room refuses it with is the answer.</summary>
    public async ValueTask<Result<Done>> SendAsync(string delayId, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(delayId, cancellationToken) is not { Outcome: DelayedOutcome.Scheduled } delayed)
            return NotFound();

        queue.Take(delayId);
        try
        {
            return await sender.SendAsync(delayed, DelayedEvent.ByAction, cancellationToken);
        }
        catch
        {
            // It is still to be sent when its time comes.
            queue.Put(delayed);
            throw;
        }
    }

    /// <summary>One event of the user's, scheduled or not long finalized.</summary>
    public async ValueTask<Result<DelayedEvent>> FindOwnAsync(UserId owner, string delayId, CancellationToken cancellationToken) =>
        await store.FindAsync(delayId, cancellationToken) is { } delayed && delayed.Owner == owner ? delayed : NotFound();

    /// <summary>The user's events: scheduled ones with the next first, then finalized ones with the latest first.</summary>
    public ValueTask<IReadOnlyList<DelayedEvent>> ReadOwnAsync(UserId owner, CancellationToken cancellationToken) => store.ReadOwnAsync(owner, cancellationToken);

    /// <summary>Forgets all of a user's.</summary>
    public async ValueTask DeleteAllAsync(UserId owner, CancellationToken cancellationToken)
    {
        foreach (var delayed in await store.ReadOwnAsync(owner, cancellationToken))
            queue.Take(delayed.DelayId);
        await store.DeleteAllAsync(owner, cancellationToken);
    }

    static MatrixError NotFound() => MatrixError.NotFound("There is no such delayed event, or it is sent or canceled already.");

    // Clients look for the reason under its unstable name.
    MatrixError TooLong() => MatrixError.Of(400, "M_UNKNOWN", "The delay is longer than this server allows.") with
    {
        Detail = ("org.matrix.msc4140.errcode", "M_MAX_DELAY_EXCEEDED"),
        Limit = ("org.matrix.msc4140.max_delay", (long)options.MaxDelay.TotalMilliseconds),
    };

    // To the millisecond, as the store keeps it.
    DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());

    async ValueTask<TimeSpan> UntilNextAsync(UserId owner, CancellationToken cancellationToken)
    {
        var next = (await store.ReadOwnAsync(owner, cancellationToken)).FirstOrDefault(static delayed => delayed.Outcome == DelayedOutcome.Scheduled);
        var wait = next is null ? TimeSpan.Zero : next.SendAt - time.GetUtcNow();
        return wait > TimeSpan.FromSeconds(1) ? wait : TimeSpan.FromSeconds(1);
    }
}
