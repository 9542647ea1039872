using Hybrid.Primitives;

namespace Hybrid.Federation.Requests;

/// <summary>
/// Asks other servers, in this server's name: finds them ("Resolving server names"), signs what is asked ("Request Authentication") and keeps
/// account of who answers (<see cref="IDestinationHealth"/>). Requests are made once: whether a repetition does harm, callers know.
/// </summary>
public interface IFederationClient
{
    /// <summary>Makes a request and reads the whole answer. To this server itself it fails as <see cref="FailureKind.Unreachable"/>.</summary>
    ValueTask<FederationResult<FederationAnswer>> SendAsync(ServerName destination, FederationRequest request, CancellationToken cancellationToken);

    /// <summary>Makes a request whose answer is read as it comes: <c>send_join</c>, media. The caller disposes the answer.</summary>
    ValueTask<FederationResult<OpenFederationAnswer>> OpenAsync(ServerName destination, FederationRequest request, CancellationToken cancellationToken);
}
