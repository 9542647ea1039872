using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Keys;
using Hybrid.Storage.Keys;

namespace Hybrid.Accounts.Keys;

/// <summary>Cross-signing keys that were checked and wait to be stored.</summary>
/// <param name="UserId">The owner.</param>
/// <param name="CurrentMaster">The public part of the stored master key; null when there is none yet.</param>
/// <param name="Keys">What to store; empty when all of it is stored already.</param>
public sealed record CheckedSigningKeys(UserId UserId, string? CurrentMaster, IReadOnlyList<CrossSigningKeyRecord> Keys)
{
    /// <summary>
    /// Whether the user must authenticate first: the first set of keys and the repetition of a stored one are free, changes are
    /// not (specification, <c>POST /keys/device_signing/upload</c>; MSC3967).
    /// </summary>
    public bool NeedAuthentication => CurrentMaster is not null && Keys.Count > 0;
}

/// <summary>Takes the cross-signing keys of a user (specification, "Cross-signing").</summary>
public sealed class CrossSigningUploads(ICrossSigningStore store, ISignatureVerifier verifier)
{
    /// <summary>Checks usage, owner and form of each key, and that the master key signed the others.</summary>
    public async ValueTask<Result<CheckedSigningKeys>> CheckAsync(UserId userId, UploadSigningKeysRequest request, CancellationToken cancellationToken)
    {
        var uploaded = new List<CrossSigningKeyRecord>();
        foreach (var (usage, name, json) in new[]
        {
            (CrossSigningUsage.Master, "master", request.MasterKey),
            (CrossSigningUsage.SelfSigning, "self_signing", request.SelfSigningKey),
            (CrossSigningUsage.UserSigning, "user_signing", request.UserSigningKey),
        })
        {
            if (json is not { ValueKind: not JsonValueKind.Null } element)
                continue;
            if (!PublishedKeys.ReadCrossSigningKey(userId, usage, name, element).TryGet(out var key, out var error))
                return error;

            uploaded.Add(key);
        }

        var stored = (await store.ReadKeysAsync([userId], cancellationToken)).ToDictionary(static key => key.Usage);
        var currentMaster = stored.GetValueOrDefault(CrossSigningUsage.Master);
        if ((uploaded.Find(static key => key.Usage == CrossSigningUsage.Master) ?? currentMaster) is not { } master)
            return MatrixError.MissingParam("There is no master key, neither in the request nor from before.");

        foreach (var key in uploaded)
        {
            if (key.Usage != CrossSigningUsage.Master && !PublishedKeys.IsSignedBy(verifier, key, master))
                return KeyShapes.InvalidSignature($"The key '{key.PublicKey}' is not signed by the master key '{master.PublicKey}'.");
        }

        // A repetition may sign again, but says the same.
        var isRepetition = uploaded.All(key => stored.TryGetValue(key.Usage, out var known) && SignedJson.SayTheSame(known.Json, key.Json));
        return new CheckedSigningKeys(userId, currentMaster?.PublicKey, isRepetition ? [] : uploaded);
    }

    /// <summary>Stores what was checked; <c>M_FORBIDDEN</c> when a key ID is in use, or the master key changed since the check.</summary>
    public async ValueTask<Result<Done>> StoreAsync(CheckedSigningKeys keys, CancellationToken cancellationToken)
    {
        if (keys.Keys.Count == 0)
            return default(Done);

        return await store.StoreKeysAsync(keys.UserId, keys.CurrentMaster, keys.Keys, cancellationToken) switch
        {
            CrossSigningStatus.KeyIdInUse => MatrixError.Forbidden("Key ID in use: one of the keys has the name of a device."),
            CrossSigningStatus.OtherMasterKey => MatrixError.Forbidden("The master key was changed meanwhile."),
            _ => default(Done),
        };
    }
}
