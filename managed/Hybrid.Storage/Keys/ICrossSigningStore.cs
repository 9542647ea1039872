using Hybrid.Primitives;

namespace Hybrid.Storage.Keys;

/// <summary>What a cross-signing key is for (specification, "Cross-signing"). The numbers are stored.</summary>
public enum CrossSigningUsage
{
    Master = 0,
    SelfSigning = 1,
    UserSigning = 2,
}

/// <summary>A cross-signing key.</summary>
/// <param name="UserId">The owner.</param>
/// <param name="Usage">What it is for.</param>
/// <param name="PublicKey">The Ed25519 key in unpadded base64, which is also its key ID.</param>
/// <param name="Json">The uploaded object, byte for byte.</param>
public sealed record CrossSigningKeyRecord(UserId UserId, CrossSigningUsage Usage, string PublicKey, ReadOnlyMemory<byte> Json);

/// <summary>A signature that was added to a key after its upload.</summary>
/// <param name="TargetUser">The owner of the signed key.</param>
/// <param name="TargetKey">A device ID or the public part of a master key.</param>
/// <param name="Signer">Who signed.</param>
/// <param name="SignerKeyId">With which key, such as <c>ed25519:ABC</c>.</param>
/// <param name="Signature">In unpadded base64.</param>
public sealed record KeySignature(UserId TargetUser, string TargetKey, UserId Signer, string SignerKeyId, string Signature);

/// <summary>How storing cross-signing keys went.</summary>
public enum CrossSigningStatus
{
    Stored,

    /// <summary>A public key equals the ID of one of the user's devices.</summary>
    KeyIdInUse,

    /// <summary>The master key is not, or no longer, the one that the keys were checked against.</summary>
    OtherMasterKey,
}

/// <summary>Cross-signing keys, and the signatures that tie devices and users to them.</summary>
public interface ICrossSigningStore
{
    /// <summary>All cross-signing keys of these users.</summary>
    ValueTask<IReadOnlyList<CrossSigningKeyRecord>> ReadKeysAsync(IReadOnlyCollection<UserId> userIds, CancellationToken cancellationToken);

    /// <summary>
    /// Stores keys of one user in place of those with the same usage, if the user's master key is still
    /// <paramref name="currentMaster"/> (null: none). A new master key takes those down that are not stored with it.
    /// </summary>
    ValueTask<CrossSigningStatus> StoreKeysAsync(
        UserId userId, string? currentMaster, IReadOnlyList<CrossSigningKeyRecord> keys, CancellationToken cancellationToken);

    /// <summary>Adds signatures; one by the same key on the same target is replaced.</summary>
    ValueTask AddSignaturesAsync(IReadOnlyList<KeySignature> signatures, CancellationToken cancellationToken);

    /// <summary>The added signatures on keys of these users that <paramref name="viewer"/> may see: the owner's own and the viewer's.</summary>
    ValueTask<IReadOnlyList<KeySignature>> ReadSignaturesAsync(
        IReadOnlyCollection<UserId> userIds, UserId viewer, CancellationToken cancellationToken);

    /// <summary>Forgets the user's cross-signing keys, and every signature by them or on what is theirs.</summary>
    ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken);
}
