using Hybrid.Federation.Requests;
using Hybrid.Primitives;

namespace Hybrid.FanOutBench;

/// <summary>Other servers that take everything at once, so that what is measured is the sender alone: no signatures, no network.</summary>
sealed class CountingPeers : IFederationClient, IDestinationHealth
{
    static readonly byte[] Taken = "{\"pdus\":{}}"u8.ToArray();

    readonly SemaphoreSlim _all = new(0);
    int _awaited;

    public event Action<ServerName>? Recovered
    {
        add { }
        remove { }
    }

    /// <summary>Counts from now on; the answer completes when so many transactions have come.</summary>
    public Task AwaitAsync(int transactions)
    {
        Volatile.Write(ref _awaited, transactions);
        return _all.WaitAsync();
    }

    public async ValueTask<FederationResult<FederationAnswer>> SendAsync(ServerName destination, FederationRequest request, CancellationToken cancellationToken)
    {
        await Task.Yield();
        if (Interlocked.Decrement(ref _awaited) == 0)
            _all.Release();
        return new FederationAnswer(200, Taken);
    }

    public ValueTask<FederationResult<OpenFederationAnswer>> OpenAsync(ServerName destination, FederationRequest request, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("Transactions are not read as they come.");

    public ValueTask<BackOff?> FindAsync(ServerName destination, CancellationToken cancellationToken) => default;

    public ValueTask SucceededAsync(ServerName destination, CancellationToken cancellationToken) => default;

    public ValueTask FailedAsync(ServerName destination, DateTimeOffset begun, CancellationToken cancellationToken) => default;

    public ValueTask HeardFromAsync(ServerName destination, CancellationToken cancellationToken) => default;
}
