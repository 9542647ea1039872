using System.Collections.Concurrent;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;

namespace Hybrid.Federation.Tests.Support;

/// <summary>Peers that answer what the test says, without a network.</summary>
sealed class ScriptedPeers : IFederationClient
{
    public ConcurrentQueue<(ServerName Server, FederationRequest Request)> Requests { get; } = new();

    /// <summary>The answer's body; null is a server that cannot be reached.</summary>
    public Func<ServerName, FederationRequest, Task<byte[]?>> Answer { get; set; } = static (_, _) => Task.FromResult<byte[]?>(null);

    public async ValueTask<FederationResult<FederationAnswer>> SendAsync(ServerName destination, FederationRequest request, CancellationToken cancellationToken)
    {
        Requests.Enqueue((destination, request));
        return await Answer(destination, request) is { } body
            ? new FederationAnswer(200, body)
            : new FederationFailure(destination, FailureKind.Unreachable, "The test says so.");
    }

    public ValueTask<FederationResult<OpenFederationAnswer>> OpenAsync(ServerName destination, FederationRequest request, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("Nothing here is read as it comes.");
}
