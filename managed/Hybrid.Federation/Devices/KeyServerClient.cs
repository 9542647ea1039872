using System.Text.Json;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Primitives.Text;

namespace Hybrid.Federation.Devices;

/// <summary>
/// Makes the requests for keys, not too many at a time: a user can name any number of servers, of which none needs to exist.
/// </summary>
public sealed class KeyServerClient(IFederationClient client) : IDisposable
{
    const int MaxRequests = 50;

    readonly SemaphoreSlim _slots = new(MaxRequests);

    /// <summary>Asks a server for an object.</summary>
    /// <param name="server">Whom.</param>
    /// <param name="request">For what.</param>
    /// <param name="patience">Ends the wait for a turn: who does not wait any longer has nothing asked.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task<FederationResult<JsonDocument>> AskAsync(
        ServerName server, FederationRequest request, CancellationToken patience, CancellationToken cancellationToken)
    {
        try
        {
            await _slots.WaitAsync(patience);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new FederationFailure(server, FailureKind.TimedOut, "Too many other requests wait.");
        }

        try
        {
            if (!(await client.SendAsync(server, request, cancellationToken)).TryGet(out var answer, out var failure))
                return failure;
            if (JsonText.CheckObject(answer.Body) is { } error)
                return new FederationFailure(server, FailureKind.BadAnswer, error.Message);

            return JsonDocument.Parse(answer.Body);
        }
        finally
        {
            _slots.Release();
        }
    }

    public void Dispose() => _slots.Dispose();
}
