using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;

namespace Hybrid.Outbound.Tests;

/// <summary>A transaction that a peer was sent.</summary>
public sealed record ReceivedTransaction(ServerName Server, string Id, byte[] Body, DateTimeOffset At)
{
    public JsonElement Json { get; } = JsonDocument.Parse(Body).RootElement;

    public IReadOnlyList<JsonElement> Pdus => [.. Json.GetProperty("pdus").EnumerateArray()];

    public IReadOnlyList<JsonElement> Edus => [.. Json.GetProperty("edus").EnumerateArray()];

    /// <summary>The bodies of the messages in it.</summary>
    public IReadOnlyList<string> Said =>
        [.. Pdus.Where(static pdu => pdu.GetProperty("type").GetString() == "m.room.message").Select(static pdu => pdu.GetProperty("content").GetProperty("body").GetString()!)];
}

/// <summary>Other servers as the sender meets them: each does what its script says, and all that they are sent is kept.</summary>
public sealed class TestPeers(IDestinationHealth health, TimeProvider time) : IFederationClient
{
    readonly ConcurrentDictionary<ServerName, Peer> _peers = new();

    public Peer this[string server] => _peers.GetOrAdd(ServerName.Parse(server), static _ => new Peer());

    /// <summary>How many transactions were sent to anyone.</summary>
    public int Count => _peers.Values.Sum(static peer => peer.Count);

    public async ValueTask<FederationResult<FederationAnswer>> SendAsync(ServerName destination, FederationRequest request, CancellationToken cancellationToken)
    {
        var begun = time.GetUtcNow();
        if (await health.FindAsync(destination, cancellationToken) is { } backOff && backOff.RetryAt > begun)
            return new FederationFailure(destination, FailureKind.BackedOff, "backed off") { RetryAt = backOff.RetryAt };

        Assert.Equal(HttpMethod.Put, request.Method);
        Assert.StartsWith("/_matrix/federation/v1/send/", request.Target, StringComparison.Ordinal);
        var id = request.Target["/_matrix/federation/v1/send/".Length..];
        var result = await this[destination.Value].AnswerAsync(new ReceivedTransaction(destination, id, request.Body!.Value.ToArray(), begun), cancellationToken);
        if (result is not { } failure)
        {
            await health.SucceededAsync(destination, cancellationToken);
            return new FederationAnswer(200, "{\"pdus\":{}}"u8.ToArray());
        }

        if (!failure.IsRefusal || failure.Status is 401 or 429)
            await health.FailedAsync(destination, begun, cancellationToken);
        return failure;
    }

    public ValueTask<FederationResult<OpenFederationAnswer>> OpenAsync(ServerName destination, FederationRequest request, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("Transactions are not read as they come.");

    /// <summary>One peer.</summary>
    public sealed class Peer
    {
        readonly Channel<ReceivedTransaction> _taken = Channel.CreateUnbounded<ReceivedTransaction>();
        readonly Channel<ReceivedTransaction> _failed = Channel.CreateUnbounded<ReceivedTransaction>();
        int _count;

        /// <summary>What it answers; null when it takes the transaction. It may take its time.</summary>
        public Func<ReceivedTransaction, Task<FederationFailure?>> Script { get; set; } = static _ => Task.FromResult<FederationFailure?>(null);

        public int Count => Volatile.Read(ref _count);

        public void Fails(FailureKind kind, int status = 0) =>
            Script = received => Task.FromResult<FederationFailure?>(new FederationFailure(received.Server, kind, "as the script says") { Status = status });

        public void Works() => Script = static _ => Task.FromResult<FederationFailure?>(null);

        /// <summary>The next transaction that it takes.</summary>
        public Task<ReceivedTransaction> TakenAsync() => _taken.Reader.ReadAsync().AsTask();

        /// <summary>The next transaction that it fails to take.</summary>
        public Task<ReceivedTransaction> FailedAsync() => _failed.Reader.ReadAsync().AsTask();

        public bool HasTaken => _taken.Reader.TryPeek(out _);

        internal async Task<FederationFailure?> AnswerAsync(ReceivedTransaction received, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            var failure = await Script(received).WaitAsync(cancellationToken);
            (failure is null ? _taken : _failed).Writer.TryWrite(received);
            return failure;
        }
    }
}
