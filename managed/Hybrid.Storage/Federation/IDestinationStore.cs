using Hybrid.Primitives;

namespace Hybrid.Storage.Federation;

/// <summary>A server that fails.</summary>
/// <param name="Server">Which.</param>
/// <param name="FailingSinceTs">Its first failure since it last worked, in milliseconds since the epoch.</param>
/// <param name="LastTriedTs">Its last failure.</param>
/// <param name="RetryIntervalMs">How long after that it is left alone.</param>
public sealed record FailingDestination(ServerName Server, long FailingSinceTs, long LastTriedTs, long RetryIntervalMs);

/// <summary>Which servers fail. One that works is not stored.</summary>
public interface IDestinationStore
{
    ValueTask<IReadOnlyList<FailingDestination>> ReadFailingAsync(CancellationToken cancellationToken);

    /// <summary>Writes down, or changes, that a server fails.</summary>
    ValueTask SetFailingAsync(FailingDestination destination, CancellationToken cancellationToken);

    /// <summary>Forgets that servers fail.</summary>
    ValueTask RemoveFailingAsync(IReadOnlyCollection<ServerName> servers, CancellationToken cancellationToken);
}
