using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hybrid.Federation.Requests;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.PolicyServers;
using Hybrid.Rooms.State;

namespace Hybrid.Federation.PolicyServers;

/// <summary>Asks policy servers for their signatures, also this one where a room chose it, and believes those alone that the room's key made.</summary>
public sealed class PolicySignatures(IFederationClient client, OwnPolicyServer own, ServerIdentity identity, TimeProvider time) : IPolicyServers
{
    const string Path = "/_matrix/policy/v1/sign";
    const int MaxAnswerBytes = 64 << 10;
    const int MaxSignatureLength = 100;
    const int MaxSilent = 1000;

    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    static readonly TimeSpan LongestDelay = TimeSpan.FromHours(1);
    static readonly TimeSpan SilenceKept = TimeSpan.FromSeconds(5);

    // Who waits behind a request that nobody answered is told so at once, so that a room can get rid of a policy server that is gone.
    readonly ConcurrentDictionary<ServerName, (DateTimeOffset Until, MatrixError Error)> _silent = [];

    public async ValueTask<Result<ReadOnlyMemory<byte>>> SignAsync(
        RoomSnapshot room, RoomPolicy policy, ReadOnlyMemory<byte> json, bool isAwaited, CancellationToken cancellationToken)
    {
        var asked = policy.Via == identity.Name && own.IsEnabled
            ? await own.SignAsync(identity.Name, json, cancellationToken)
            : await AskAsync(policy.Via, json, isAwaited, cancellationToken);
        if (!asked.TryGet(out var signature, out var refused))
            return refused;

        try
        {
            var signed = EventCodec.Open(room.Version, Add(json, policy.Via, signature)).Json;
            return policy.IsSigned(room.Version, signed)
                ? (ReadOnlyMemory<byte>)signed
                : MatrixError.Forbidden($"The policy server {policy.Via} does not sign with the key that the room names.");
        }
        catch (NativeException exception) when (exception.Status == NativeStatus.EventTooLarge)
        {
            return MatrixError.TooLarge("With the signature of the policy server the event is larger than 65536 bytes.");
        }
    }

    async ValueTask<Result<string>> AskAsync(ServerName server, ReadOnlyMemory<byte> json, bool isAwaited, CancellationToken cancellationToken)
    {
        if (_silent.TryGetValue(server, out var silence) && silence.Until > time.GetUtcNow())
            return silence.Error;

        var request = FederationRequest.Post(Path, json) with { Timeout = Timeout, MaxAnswerBytes = MaxAnswerBytes, EvenInBackOff = isAwaited };
        if (!(await client.SendAsync(server, request, cancellationToken)).TryGet(out var answer, out var failure))
        {
            if (failure.Status == 429)
                return MatrixError.LimitExceeded(DelayOf(failure.Body));

            var error = failure.ToMatrixError();
            if (failure.Kind is FailureKind.Unreachable or FailureKind.TimedOut)
                NoteSilence(server, error);
            return error;
        }

        _silent.TryRemove(server, out _);
        return SignatureIn(answer.Body, server) is { } signature
            ? signature
            : MatrixError.Forbidden($"The policy server {server} does not sign the event.");
    }

    void NoteSilence(ServerName server, MatrixError error)
    {
        if (_silent.Count >= MaxSilent)
            _silent.Clear();
        _silent[server] = (time.GetUtcNow() + SilenceKept, error);
    }

    static string? SignatureIn(ReadOnlyMemory<byte> answer, ServerName server)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty(server.Value, out var signatures) && signatures.ValueKind == JsonValueKind.Object
                && signatures.TryGetProperty(RoomPolicy.KeyId, out var signature) && signature.ValueKind == JsonValueKind.String
                && signature.GetString() is { Length: <= MaxSignatureLength } text
                ? text
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // No JSON, or a string that is no Unicode.
            return null;
        }
    }

    static TimeSpan DelayOf(ReadOnlyMemory<byte> refusal)
    {
        try
        {
            using var document = JsonDocument.Parse(refusal);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("retry_after_ms", out var delay) && delay.ValueKind == JsonValueKind.Number && delay.TryGetInt64(out var milliseconds)
                ? TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, (long)LongestDelay.TotalMilliseconds))
                : Timeout;
        }
        catch (JsonException)
        {
            return Timeout;
        }
    }

    // Beside the signatures that are there: the policy server may be the sender's own server.
    static byte[] Add(ReadOnlyMemory<byte> json, ServerName server, string signature)
    {
        var root = JsonNode.Parse(json.Span)!.AsObject();
        if (root["signatures"] is not JsonObject signatures)
            root["signatures"] = signatures = [];
        if (signatures[server.Value] is not JsonObject made)
            signatures[server.Value] = made = [];
        made[RoomPolicy.KeyId] = signature;
        return JsonSerializer.SerializeToUtf8Bytes(root);
    }
}
