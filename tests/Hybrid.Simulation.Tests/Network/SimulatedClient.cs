using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Rooms;

namespace Hybrid.Simulation.Tests.Network;

/// <summary>Asks other servers over the simulated network, and keeps account of who fails as the real client does.</summary>
sealed class SimulatedClient(ServerIdentity identity, SimulatedNetwork network, IDestinationHealth health, TimeProvider time) : IFederationClient
{
    public async ValueTask<FederationResult<FederationAnswer>> SendAsync(ServerName destination, FederationRequest request, CancellationToken cancellationToken)
    {
        if (destination == identity.Name)
            return new FederationFailure(destination, FailureKind.Unreachable, "This is this server itself.");
        if (!request.EvenInBackOff && await health.FindAsync(destination, cancellationToken) is { } backOff && time.GetUtcNow() < backOff.RetryAt)
            return new FederationFailure(destination, FailureKind.BackedOff, "It has been failing.") { RetryAt = backOff.RetryAt };

        var begun = time.GetUtcNow();
        var result = await network.SendAsync(identity.Name, destination, request);
        if (result.Failure is not { } failure)
            await health.SucceededAsync(destination, cancellationToken);
        else if (!request.EvenInBackOff && !failure.IsRefusal)
            await health.FailedAsync(destination, begun, cancellationToken);
        return result;
    }

    public async ValueTask<FederationResult<OpenFederationAnswer>> OpenAsync(ServerName destination, FederationRequest request, CancellationToken cancellationToken) =>
        (await SendAsync(destination, request, cancellationToken)).TryGet(out var answer, out var failure)
            ? new OpenFederationAnswer(new HttpResponseMessage(), new MemoryStream(answer.Body.ToArray()))
            : failure;
}
