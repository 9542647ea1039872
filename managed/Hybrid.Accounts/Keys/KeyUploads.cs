using System.Text;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Keys;
using Hybrid.Storage.Keys;

namespace Hybrid.Accounts.Keys;

/// <summary>Takes the keys that a device publishes (specification, <c>POST /keys/upload</c>).</summary>
public sealed class KeyUploads(IKeyStore store, ISignatureVerifier verifier)
{
    const int MaxKeyNameLength = 255;

    /// <summary>Checks and stores an upload whole or not at all; the unclaimed one-time keys by algorithm after it.</summary>
    public async ValueTask<Result<UploadKeysResponse>> UploadAsync(
        UserId userId, DeviceId deviceId, UploadKeysRequest request, CancellationToken cancellationToken)
    {
        if (!(await CheckAsync(userId, deviceId, request, cancellationToken)).TryGet(out var upload, out var error))
            return error;

        if (upload.DeviceKeys is not null || upload.OneTimeKeys.Count > 0 || upload.FallbackKeys.Count > 0)
        {
            if (Refusal(await store.StoreAsync(upload, cancellationToken)) is { } refused)
                return refused;
        }

        return new UploadKeysResponse(await store.CountOneTimeKeysAsync(userId, deviceId, cancellationToken));
    }

    /// <summary>
    /// Checks an upload and every signature of the device in it: that of its identity keys, and those of its one-time and fallback keys, for
    /// which the identity keys are looked up if they do not come along.
    /// </summary>
    internal async ValueTask<Result<KeyUpload>> CheckAsync(
        UserId userId, DeviceId deviceId, UploadKeysRequest request, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte>? deviceKeys = null;
        if (request.DeviceKeys is { ValueKind: not JsonValueKind.Null } uploaded)
        {
            if (PublishedKeys.CheckDevice(verifier, userId, deviceId, uploaded) is { } refused)
                return refused;

            deviceKeys = KeyShapes.Bytes(uploaded);
        }

        if (!ReadPreKeys(request.OneTimeKeys).TryGet(out var oneTimeKeys, out var error) || !ReadPreKeys(request.FallbackKeys).TryGet(out var fallbackKeys, out error))
            return error;
        if (fallbackKeys.DistinctBy(static key => key.Algorithm).Count() != fallbackKeys.Count)
            return MatrixError.InvalidParam("There can be one fallback key per algorithm.");

        var signed = oneTimeKeys.Concat(fallbackKeys).Where(static key => key.Algorithm == PublishedKeys.SignedCurve25519).ToList();
        if (signed.Count > 0 && await FindSigningKeyAsync(userId, deviceId, deviceKeys, cancellationToken) is { } publicKey)
        {
            if (signed.Find(key => !verifier.Verify(key.Json, userId.Value, $"ed25519:{deviceId}", publicKey)) is { } wrong)
                return KeyShapes.InvalidSignature($"'{wrong.Algorithm}:{wrong.KeyId}' is not signed by the device.");
        }

        return new KeyUpload(userId, deviceId, deviceKeys, oneTimeKeys, fallbackKeys);
    }

    // A device that has published no identity keys has signed with a key that no one knows.
    async ValueTask<string?> FindSigningKeyAsync(UserId userId, DeviceId deviceId, ReadOnlyMemory<byte>? uploaded, CancellationToken cancellationToken)
    {
        var json = uploaded ?? (await store.ReadDeviceKeysAsync([userId], cancellationToken)).FirstOrDefault(device => device.DeviceId == deviceId)?.Json;
        return json is { } keys ? JsonSerializer.Deserialize(keys.Span, KeysJson.Default.DeviceKeys)?.Keys.GetValueOrDefault($"ed25519:{deviceId}") : null;
    }

    static Result<List<PreKey>> ReadPreKeys(IReadOnlyDictionary<string, JsonElement>? uploaded)
    {
        var keys = new List<PreKey>(uploaded?.Count ?? 0);
        foreach (var (name, value) in uploaded ?? new Dictionary<string, JsonElement>())
        {
            var colon = name.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || colon == name.Length - 1 || name.Length > MaxKeyNameLength)
                return MatrixError.BadJson($"'{name}' is not of the form 'algorithm:keyId'.");

            var algorithm = name[..colon];
            if (PublishedKeys.CheckPreKey(name, algorithm, value) is { } error)
                return error;

            keys.Add(new PreKey(algorithm, name[(colon + 1)..], KeyShapes.Bytes(value)));
        }

        return keys;
    }

    /// <summary>Why the store did not take an upload, or null.</summary>
    internal static MatrixError? Refusal(KeyUploadOutcome outcome) => outcome.Status switch
    {
        KeyUploadStatus.Stored => null,
        KeyUploadStatus.UnknownDevice => MatrixError.UnknownToken(),
        KeyUploadStatus.DeviceInUse => MatrixError.InvalidParam("There is a device of this name that is in use."),
        KeyUploadStatus.TooManyKeys => MatrixError.TooLarge("The device has more one-time keys here than anyone will claim."),

        // Clients recognize a broken crypto store by the beginning of this sentence, and log the rest.
        KeyUploadStatus.KeyConflict => MatrixError.InvalidParam(
            $"One time key {outcome.Stored!.Algorithm}:{outcome.Stored.KeyId} already exists. Old key: {Encoding.UTF8.GetString(outcome.Stored.Json.Span)}; new key: {Encoding.UTF8.GetString(outcome.Uploaded!.Json.Span)}"),
        _ => throw new InvalidOperationException($"Unknown status {outcome.Status}."),
    };
}
