namespace Hybrid.Accounts.Keys;

/// <summary>Checks signed JSON (specification, appendices, "Checking for a Signature").</summary>
public interface ISignatureVerifier
{
    /// <summary>
    /// Whether <paramref name="json"/> carries a valid Ed25519 signature by <paramref name="keyId"/> of <paramref name="entity"/>.
    /// False also when the signature is missing, the key or signature is no base64 of the right length, or the object has no canonical form.
    /// </summary>
    /// <param name="json">The object with its <c>signatures</c>.</param>
    /// <param name="entity">The user ID under which the signature stands.</param>
    /// <param name="keyId">The key ID under which the signature stands, such as <c>ed25519:ABC</c>.</param>
    /// <param name="publicKey">The public key in unpadded base64.</param>
    bool Verify(ReadOnlyMemory<byte> json, string entity, string keyId, string publicKey);
}
