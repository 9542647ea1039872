using Hybrid.Primitives;

namespace Hybrid.Federation.Requests;

/// <summary>How a server that failed is treated.</summary>
/// <param name="FailingSince">The first failure since its last success.</param>
/// <param name="LastTried">The last failure.</param>
/// <param name="RetryInterval">How long after it the server is left alone; longer with every failure.</param>
public sealed record BackOff(DateTimeOffset FailingSince, DateTimeOffset LastTried, TimeSpan RetryInterval)
{
    /// <summary>When the server may be tried again.</summary>
    public DateTimeOffset RetryAt => LastTried + RetryInterval;
}

/// <summary>
/// Which servers fail, so that dead ones cost next to nothing. It survives restarts. <see cref="IFederationClient"/> tells it what becomes of requests;
/// whoever queues things for a server asks it when to try.
/// </summary>
public interface IDestinationHealth
{
    /// <summary>The back-off of a server; null while it is not known to fail.</summary>
    ValueTask<BackOff?> FindAsync(ServerName destination, CancellationToken cancellationToken);

    /// <summary>The server took a request: it is not failing any more.</summary>
    ValueTask SucceededAsync(ServerName destination, CancellationToken cancellationToken);

    /// <summary>
    /// The server could not be reached, or failed to answer. Failures of requests that were under way together count once.
    /// </summary>
    /// <param name="destination">The server.</param>
    /// <param name="begun">When the request was begun.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    ValueTask FailedAsync(ServerName destination, DateTimeOffset begun, CancellationToken cancellationToken);

    /// <summary>The server made itself heard with an authenticated request: it is up, and may be tried at once.</summary>
    ValueTask HeardFromAsync(ServerName destination, CancellationToken cancellationToken);

    /// <summary>
    /// Raised when a failing server is up again, for those who have something waiting for it. Handlers must be quick: note it down and wake up.
    /// </summary>
    event Action<ServerName>? Recovered;
}
