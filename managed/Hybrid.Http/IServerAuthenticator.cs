using Hybrid.Primitives;

namespace Hybrid.Http;

/// <summary>Finds out which server made a request (server-server API, "Request Authentication").</summary>
public interface IServerAuthenticator
{
    /// <summary>
    /// The server that signed the request; <c>401 M_UNAUTHORIZED</c> without a signature of it, with a wrong one, and for a request that was meant
    /// for another server. Reads the body.
    /// </summary>
    ValueTask<Result<ServerName>> AuthenticateAsync(ApiRequest request, CancellationToken cancellationToken);
}
