using Hybrid.Federation.Requests;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Outbound;

/// <summary>
/// What becomes of a transaction that a server refuses because of something in it, which must not hold up everything behind it. A server that takes an
/// empty transaction is sent less and less at a time, until the one event or EDU that it refuses is alone, and is passed over. A server that refuses the
/// empty one too refuses whatever it is sent, as behind a proxy that is set up wrongly: it loses nothing.
/// </summary>
sealed class RefusedContents(TransactionComposer composer, TimeProvider time, ILogger logger)
{
    /// <summary>Whether a failure can be due to what a transaction carries. Who may not talk to a server, or asks too often, or in the wrong place, can send it nothing at all.</summary>
    public static bool IsPossible(FederationFailure failure) => failure.IsRefusal && failure.Status is not (401 or 403 or 404 or 429);

    /// <summary>Sees to it that the next transaction is a smaller one, or comes after the one thing that is refused.</summary>
    /// <param name="destination">The server.</param>
    /// <param name="transaction">What it refused.</param>
    /// <param name="refusal">How it did.</param>
    /// <param name="send">Sends it a transaction: null when it is taken.</param>
    /// <param name="cancellationToken">Ends everything.</param>
    /// <returns>How the server fails, if the contents are not the matter.</returns>
    public async ValueTask<FederationFailure?> NarrowAsync(
        Destination destination, OutboundTransaction transaction, FederationFailure refusal, Func<OutboundTransaction, Task<FederationFailure?>> send,
        CancellationToken cancellationToken)
    {
        var isAlone = transaction.Size == 1;
        if ((isAlone || destination.Limit is null) && await send(OutboundTransaction.Empty(composer.Origin, time.GetUtcNow())) is { } failure)
            return failure;

        destination.Unresolved = null;
        destination.Refusals = 0;
        if (isAlone)
        {
            Log(destination, transaction, refusal);
            destination.PassedOver = Math.Min(destination.PassedOver + 1, Destination.MaxCounted);
            await transaction.AcknowledgeAsync(destination, cancellationToken);
        }
        else
        {
            logger.LogDebug(
                "{Server} refuses {Count} events and EDUs with {Status}; it is sent half as many", destination.Name, transaction.Size, refusal.Status);
            destination.Limit = transaction.Size / 2;
            composer.PutBack(destination, transaction);
        }

        return null;
    }

    void Log(Destination destination, OutboundTransaction transaction, FederationFailure refusal)
    {
        var contents = transaction.Events.Count > 0 ? transaction.Events[0].EventId.Value : transaction.Edus[0].Batch.Edus[0].EduType;
        logger.LogWarning(
            "{Server} refuses {Contents} with {Status} {ErrorCode}, and is not sent it any more: {Reason}",
            destination.Name, contents, refusal.Status, refusal.ErrorCode, refusal.Message);
    }
}
