using System.Text.Json;
using Hybrid.Federation.Requests;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Outbound;

/// <summary>Sends one destination what waits for it, one transaction after the other, until nothing does or it fails.</summary>
sealed class DestinationWorker(TransactionComposer composer, IFederationClient client, IDestinationHealth health, TimeProvider time, Random random, ILogger logger)
    : IDisposable
{
    // Composing, signing and a quick answer. A server that thinks longer keeps nobody else waiting: it gives its place back.
    const int MaxActive = 256;

    // Each holds its transaction in memory.
    const int MaxUnderWay = 2000;

    const int MaxAnswerBytes = 1 << 20;

    static readonly TimeSpan KeepsPlace = TimeSpan.FromSeconds(1);

    // For so long a transaction whose outcome is unknown is repeated as it is; after that the server has to catch up instead.
    static readonly TimeSpan RepeatedFor = TimeSpan.FromMinutes(5);

    static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(30);
    static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    readonly RefusedContents _refusedContents = new(composer, time, logger);
    readonly SemaphoreSlim _active = new(MaxActive);
    readonly SemaphoreSlim _underWay = new(MaxUnderWay);

    /// <summary>Works until nothing waits, which is null, or until the server is to be tried again later, which is when.</summary>
    /// <param name="destination">The server.</param>
    /// <param name="changed">Called when there is something new to write down.</param>
    /// <param name="cancellationToken">Ends everything.</param>
    public async Task<DateTimeOffset?> RunAsync(Destination destination, Action changed, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            destination.BeginLooking();
            var pauseUntil = await AttemptAsync(destination, cancellationToken);
            if (pauseUntil is null)
            {
                if (!destination.TryRest())
                    continue;

                return null;
            }

            changed();
            if (pauseUntil.Value > time.GetUtcNow() && destination.TryPause(pauseUntil.Value))
                return pauseUntil;
        }
    }

    public void Dispose()
    {
        _active.Dispose();
        _underWay.Dispose();
    }

    /// <summary>Sends one transaction: null when there was none, else when the next may be sent, which is in the past when it was taken.</summary>
    async Task<DateTimeOffset?> AttemptAsync(Destination destination, CancellationToken cancellationToken)
    {
        OutboundTransaction? transaction = null;
        try
        {
            if (await health.FindAsync(destination.Name, cancellationToken) is { } backOff && backOff.RetryAt > time.GetUtcNow())
            {
                destination.Fail();
                composer.GiveUp(destination, null);
                return backOff.RetryAt;
            }

            await _underWay.WaitAsync(cancellationToken);
            try
            {
                var place = await Place.TakeAsync(_active, cancellationToken);
                try
                {
                    transaction = destination.Unresolved ?? await composer.ComposeAsync(destination, cancellationToken);
                    if (transaction is null)
                        return null;

                    var failure = await SendAsync(destination, transaction, place, cancellationToken);
                    if (failure is null)
                        return await TakenAsync(destination, transaction, cancellationToken);
                    if (!RefusedContents.IsPossible(failure))
                        return await FailedAsync(destination, transaction, failure, cancellationToken);

                    failure = await _refusedContents.NarrowAsync(
                        destination, transaction, failure, smaller => SendAsync(destination, smaller, place, cancellationToken), cancellationToken);
                    return failure is null ? Narrowed(destination, transaction) : await FailedAsync(destination, transaction, failure, cancellationToken);
                }
                finally
                {
                    place.GiveBack();
                }
            }
            finally
            {
                _underWay.Release();
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The store, most likely: what is under way is owed until it is back.
            logger.LogWarning(exception, "Sending to {Server} is interrupted", destination.Name);
            destination.Fail();
            if (transaction is not null)
                composer.GiveUp(destination, transaction);
            return time.GetUtcNow() + Jittered(FirstPause);
        }
    }

    async Task<FederationFailure?> SendAsync(Destination destination, OutboundTransaction transaction, Place place, CancellationToken cancellationToken)
    {
        var request = transaction.ToRequest() with { MaxAnswerBytes = MaxAnswerBytes };
        await using var patience = time.CreateTimer(static place => ((Place)place!).GiveBack(), place, KeepsPlace, Timeout.InfiniteTimeSpan);
        if (!(await client.SendAsync(destination.Name, request, cancellationToken)).TryGet(out var answer, out var failure))
            return failure;

        LogErrors(destination, answer.Body);
        return null;
    }

    static async ValueTask<DateTimeOffset?> TakenAsync(Destination destination, OutboundTransaction transaction, CancellationToken cancellationToken)
    {
        destination.Unresolved = null;
        destination.Refusals = destination.PassedOver = 0;
        destination.Limit = destination.Limit * 2 < TransactionComposer.MaxSize ? destination.Limit * 2 : null;
        await transaction.AcknowledgeAsync(destination, cancellationToken);
        return DateTimeOffset.MinValue;
    }

    // That empty transactions are taken is good for passing over one thing. Until something else is taken, the next costs a pause: what would lose
    // everything loses little by then.
    DateTimeOffset Narrowed(Destination destination, OutboundTransaction transaction)
    {
        if (transaction.Size > 1 || destination.PassedOver <= 1)
            return DateTimeOffset.MinValue;

        destination.Limit = null;
        destination.Fail();
        composer.GiveUp(destination, null);
        return time.GetUtcNow() + PauseAfter(destination.PassedOver - 1);
    }

    async ValueTask<DateTimeOffset?> FailedAsync(
        Destination destination, OutboundTransaction transaction, FederationFailure failure, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        destination.Limit = null;
        destination.Fail();

        // What was refused, or never arrived, is known not to be taken. Of all else nobody knows: it is repeated as it was.
        var isUnknown = destination.Unresolved is not null || failure.Kind is FailureKind.TimedOut or FailureKind.BadAnswer
            || (failure.Kind == FailureKind.Refused && !failure.IsRefusal);
        var isRepeated = isUnknown && !failure.IsRefusal && now - transaction.Begun < RepeatedFor;
        destination.Unresolved = isRepeated ? transaction : null;
        composer.GiveUp(destination, isRepeated ? null : transaction);

        // A server that works and does not want what it is sent is not failing for anyone else.
        if (failure.IsRefusal && failure.Status is not (401 or 429))
        {
            logger.LogWarning(
                "{Server} refuses a transaction with {Status} {ErrorCode}: {Reason}", destination.Name, failure.Status, failure.ErrorCode, failure.Message);
            destination.Refusals = Math.Min(destination.Refusals + 1, Destination.MaxCounted);
            return now + PauseAfter(destination.Refusals);
        }

        var backOff = await health.FindAsync(destination.Name, cancellationToken);
        var retryAt = backOff?.RetryAt ?? failure.RetryAt ?? now + Jittered(FirstPause);
        return retryAt > now ? retryAt : now + Jittered(FirstPause);
    }

    // What a server says of events that it does not take: for whoever looks for the reason why the room is another there.
    void LogErrors(Destination destination, ReadOnlyMemory<byte> body)
    {
        const int MaxLogged = 5;
        const int MaxText = 300;
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("pdus", out var pdus)
                || pdus.ValueKind != JsonValueKind.Object)
                return;

            foreach (var pdu in pdus.EnumerateObject().Where(static pdu => HasError(pdu.Value)).Take(MaxLogged))
            {
                var error = pdu.Value.GetProperty("error").GetString()!;
                logger.LogWarning("{Server} does not take {Event}: {Reason}", destination.Name, pdu.Name, error[..Math.Min(error.Length, MaxText)]);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            logger.LogDebug("{Server} answers a transaction with something that is not JSON", destination.Name);
        }

        static bool HasError(JsonElement result) =>
            result.ValueKind == JsonValueKind.Object && result.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.String;
    }

    TimeSpan PauseAfter(int refusals)
    {
        var pause = FirstPause * Math.Pow(2, refusals - 1);
        return Jittered(pause < LongestPause ? pause : LongestPause);
    }

    // Servers that were lost together are not tried together ever after.
    TimeSpan Jittered(TimeSpan pause) => pause * (0.8 + (random.NextDouble() * 0.4));

    /// <summary>A place among the active, given back once, by whoever is first.</summary>
    sealed class Place(SemaphoreSlim places)
    {
        int _isGiven;

        public static async ValueTask<Place> TakeAsync(SemaphoreSlim places, CancellationToken cancellationToken)
        {
            await places.WaitAsync(cancellationToken);
            return new Place(places);
        }

        public void GiveBack()
        {
            if (Interlocked.Exchange(ref _isGiven, 1) == 0)
                places.Release();
        }
    }
}
