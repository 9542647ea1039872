using System.Security.Cryptography;

namespace Hybrid.Native;

/// <summary>An Ed25519 key with which a server signs. Safe to use from several threads at once.</summary>
/// <remarks><see href="https://spec.matrix.org/v1.16/appendices/#signing-json"/></remarks>
public sealed unsafe class SigningKey : IDisposable
{
    const int SeedLength = 32;

    readonly NativeHandle<OpaqueSigningKey> _handle;

    SigningKey(NativeHandle<OpaqueSigningKey> handle, string version)
    {
        _handle = handle;
        KeyId = "ed25519:" + version;
        PublicKey = ReadPublicKey(handle);
        PublicKeyBase64 = Convert.ToBase64String(PublicKey).TrimEnd('=');
    }

    /// <summary>The key's ID: <c>ed25519:</c> and its version.</summary>
    public string KeyId { get; }

    /// <summary>The 32 bytes of the public half.</summary>
    public byte[] PublicKey { get; }

    /// <summary>The public half in unpadded base64, as servers publish it.</summary>
    public string PublicKeyBase64 { get; }

    /// <summary>Makes a key that nobody else has.</summary>
    /// <param name="version">Letters, digits and underscores.</param>
    /// <exception cref="NativeException">
    /// <see cref="NativeStatus.SigningKeyInvalid"/>: the version has other characters.
    /// </exception>
    public static SigningKey Generate(string version)
    {
        Span<byte> seed = stackalloc byte[SeedLength];
        RandomNumberGenerator.Fill(seed);
        try
        {
            return FromSeed(seed, version);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>The key that grows from a seed.</summary>
    /// <param name="seed32">32 bytes.</param>
    /// <param name="version">Letters, digits and underscores.</param>
    /// <exception cref="NativeException">
    /// <see cref="NativeStatus.SigningKeyInvalid"/>: the seed has another length, or the version other characters.
    /// </exception>
    public static SigningKey FromSeed(ReadOnlySpan<byte> seed32, string version)
    {
        using var versionText = new Utf8Text(version, stackalloc byte[Utf8Text.StackSize]);
        OpaqueSigningKey* key;
        fixed (byte* seed = seed32, text = versionText)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_signing_key_create(
                new ByteView(seed, seed32.Length), new ByteView(text, versionText.Span.Length), &key));
        }

        return new SigningKey(new NativeHandle<OpaqueSigningKey>(key, &NativeMethods.hybrid_signing_key_free), version);
    }

    /// <summary>The 32 bytes that the key grew from. They are the secret: store them with care.</summary>
    public byte[] ExportSeed()
    {
        using var key = _handle.Borrow();
        OwnedBuffer seed;
        NativeException.ThrowIfFailed(NativeMethods.hybrid_signing_key_seed(key.Pointer, &seed));
        using var buffer = new NativeBuffer(seed);
        return buffer.ToArray();
    }

    /// <summary>Signs a JSON object in the name of <paramref name="entity"/>.</summary>
    /// <returns>The object in canonical form, with the signature beside those that it had. Numbers may be as in the events of old rooms.</returns>
    /// <exception cref="NativeException">The text is no JSON object.</exception>
    public byte[] SignJson(ReadOnlySpan<byte> json, string entity)
    {
        using var entityText = new Utf8Text(entity, stackalloc byte[Utf8Text.StackSize]);
        using var key = _handle.Borrow();
        OwnedBuffer signed;
        fixed (byte* bytes = json, text = entityText)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_signing_sign_json(
                key.Pointer, new ByteView(bytes, json.Length), new ByteView(text, entityText.Span.Length), &signed));
        }

        using var buffer = new NativeBuffer(signed);
        return buffer.ToArray();
    }

    public void Dispose() => _handle.Dispose();

    internal NativeHandle<OpaqueSigningKey>.Use Borrow() => _handle.Borrow();

    static byte[] ReadPublicKey(NativeHandle<OpaqueSigningKey> handle)
    {
        using var key = handle.Borrow();
        OwnedBuffer bytes;
        NativeException.ThrowIfFailed(NativeMethods.hybrid_signing_key_public(key.Pointer, &bytes));
        using var buffer = new NativeBuffer(bytes);
        return buffer.ToArray();
    }
}
