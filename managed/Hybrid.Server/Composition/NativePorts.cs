using Hybrid.Accounts.Keys;
using Hybrid.Accounts.Login;
using Hybrid.Native;

namespace Hybrid.Server.Composition;

/// <summary>Passwords by the native core's Argon2id.</summary>
sealed class NativePasswordHasher : IPasswordHasher
{
    public string Create(ReadOnlySpan<byte> password) => PasswordHash.Create(password);

    public bool Verify(string hash, ReadOnlySpan<byte> password)
    {
        try
        {
            return PasswordHash.Verify(hash, password);
        }
        catch (NativeException)
        {
            // A stored string that is no hash, or one that would cost too much to check, fits no password.
            return false;
        }
    }

    public bool NeedsRehash(string hash)
    {
        try
        {
            return PasswordHash.NeedsRehash(hash);
        }
        catch (NativeException)
        {
            // No password fits it, so that none could be hashed anew.
            return false;
        }
    }
}

/// <summary>Signatures of device and cross-signing keys by the native core.</summary>
sealed class NativeSignatureVerifier : ISignatureVerifier
{
    public bool Verify(ReadOnlyMemory<byte> json, string entity, string keyId, string publicKey)
    {
        try
        {
            return JsonSignature.Verify(json.Span, entity, keyId, publicKey);
        }
        catch (NativeException)
        {
            // What has no canonical form has no valid signature.
            return false;
        }
    }
}
