using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Keys;
using Hybrid.Storage.Keys;

namespace Hybrid.Accounts.Keys;

/// <summary>
/// Takes signatures that users add to keys (specification, <c>POST /keys/signatures/upload</c>): a user's self-signing key on
/// their devices, their devices on their master key, and their user-signing key on the master keys of others.
/// </summary>
public sealed class SignatureUploads(IKeyStore keys, ICrossSigningStore crossSigning, ISignatureVerifier verifier)
{
    /// <summary>Stores every signature that verifies; why the others were not taken, by owner and key.</summary>
    public async ValueTask<IReadOnlyDictionary<UserId, IReadOnlyDictionary<string, MatrixError>>> UploadAsync(
        UserId signer, IReadOnlyDictionary<UserId, IReadOnlyDictionary<string, JsonElement>> uploaded, CancellationToken cancellationToken)
    {
        var known = await ReadKnownAsync(signer, [.. uploaded.Keys.Append(signer).Distinct()], cancellationToken);
        var accepted = new List<KeySignature>();
        var failures = new Dictionary<UserId, IReadOnlyDictionary<string, MatrixError>>();
        foreach (var (owner, byKey) in uploaded)
        {
            var failed = new Dictionary<string, MatrixError>(StringComparer.Ordinal);
            foreach (var (targetKey, element) in byKey ?? new Dictionary<string, JsonElement>())
            {
                if (Check(known, owner, targetKey, element).TryGet(out var signatures, out var error))
                    accepted.AddRange(signatures);
                else
                    failed.Add(targetKey, error);
            }

            if (failed.Count > 0)
                failures.Add(owner, failed);
        }

        if (accepted.Count > 0)
            await crossSigning.AddSignaturesAsync(accepted, cancellationToken);
        return failures;
    }

    async ValueTask<KnownKeys> ReadKnownAsync(UserId signer, List<UserId> users, CancellationToken cancellationToken)
    {
        var devices = await keys.ReadDeviceKeysAsync([signer], cancellationToken);
        var signing = await crossSigning.ReadKeysAsync(users, cancellationToken);
        return new KnownKeys(
            signer,
            devices.ToDictionary(static device => device.DeviceId.Value, static device => device.Json, StringComparer.Ordinal),
            signing.ToDictionary(static key => (key.UserId, key.Usage)));
    }

    Result<List<KeySignature>> Check(KnownKeys known, UserId owner, string targetKey, JsonElement element)
    {
        if (!KeyShapes.Read(element, KeysJson.Default.SignedObject, "The key").TryGet(out var signed, out var error))
            return error;
        if (signed.Signatures is null || !signed.Signatures.TryGetValue(known.Signer.Value, out var bySigner) || bySigner is not { Count: > 0 })
            return KeyShapes.InvalidSignature("The key does not carry a signature by the calling user.");

        var json = KeyShapes.Bytes(element);
        var target = new Target(owner, targetKey, json, bySigner);
        if (known.Key(owner, CrossSigningUsage.Master) is { } master && master.PublicKey == targetKey)
        {
            if (!SignedJson.SayTheSame(master.Json, json))
                return OtherKey();

            return owner == known.Signer ? CheckByDevices(known, target) : CheckByKey(known, CrossSigningUsage.UserSigning, target);
        }

        if (owner == known.Signer && known.Devices.TryGetValue(targetKey, out var device))
            return SignedJson.SayTheSame(device, json) ? CheckByKey(known, CrossSigningUsage.SelfSigning, target) : OtherKey();

        return MatrixError.NotFound(owner == known.Signer ? "There is no such device or master key." : "The user has no such master key.");

        static MatrixError OtherKey() => MatrixError.InvalidParam("The key is not the one that is stored.");
    }

    // Of the signatures that come along, such as a device's own, only the one that this upload is about is looked at.
    Result<List<KeySignature>> CheckByKey(KnownKeys known, CrossSigningUsage usage, Target target)
    {
        if (known.Key(known.Signer, usage) is not { } signing)
            return MatrixError.NotFound("The calling user has not uploaded the key that signs this.");

        var keyId = $"ed25519:{signing.PublicKey}";
        return target.Signatures.TryGetValue(keyId, out var signature) && verifier.Verify(target.Json, known.Signer.Value, keyId, signing.PublicKey)
            ? new List<KeySignature> { new(target.Owner, target.Key, known.Signer, keyId, signature) }
            : KeyShapes.InvalidSignature($"There is no valid signature by '{keyId}'.");
    }

    Result<List<KeySignature>> CheckByDevices(KnownKeys known, Target target)
    {
        var accepted = new List<KeySignature>();
        foreach (var (keyId, signature) in target.Signatures)
        {
            if (known.DeviceKey(keyId) is not { } publicKey)
                continue;
            if (!verifier.Verify(target.Json, known.Signer.Value, keyId, publicKey))
                return KeyShapes.InvalidSignature($"The signature by '{keyId}' is not valid.");

            accepted.Add(new KeySignature(target.Owner, target.Key, known.Signer, keyId, signature));
        }

        return accepted.Count > 0 ? accepted : KeyShapes.InvalidSignature("There is no signature by a device of the calling user.");
    }

    sealed record Target(UserId Owner, string Key, byte[] Json, IReadOnlyDictionary<string, string> Signatures);

    /// <summary>The keys that are stored of the signer and of those whose keys are signed.</summary>
    sealed record KnownKeys(
        UserId Signer,
        Dictionary<string, ReadOnlyMemory<byte>> Devices,
        Dictionary<(UserId UserId, CrossSigningUsage Usage), CrossSigningKeyRecord> CrossSigning)
    {
        public CrossSigningKeyRecord? Key(UserId userId, CrossSigningUsage usage) => CrossSigning.GetValueOrDefault((userId, usage));

        /// <summary>The public key of the signer's device that <paramref name="keyId"/> names, or null.</summary>
        public string? DeviceKey(string keyId)
        {
            const string Algorithm = "ed25519:";
            if (!keyId.StartsWith(Algorithm, StringComparison.Ordinal) || !Devices.TryGetValue(keyId[Algorithm.Length..], out var json))
                return null;

            return JsonSerializer.Deserialize(json.Span, KeysJson.Default.DeviceKeys)!.Keys.GetValueOrDefault(keyId);
        }
    }
}
