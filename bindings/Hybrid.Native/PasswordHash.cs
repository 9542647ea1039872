using System.Security.Cryptography;

namespace Hybrid.Native;

/// <summary>
/// Password hashes: Argon2id at the cost that OWASP recommends (19 MiB, two passes, one lane), written as PHC strings. A call
/// takes some tens of milliseconds and 19 MiB of memory on purpose; callers limit how many run at once.
/// </summary>
public static unsafe class PasswordHash
{
    const int SaltSize = 16;

    /// <summary>Hashes a password with a fresh salt.</summary>
    /// <returns>A PHC string, <c>$argon2id$v=19$m=19456,t=2,p=1$…</c>.</returns>
    public static string Create(ReadOnlySpan<byte> passwordUtf8)
    {
        Span<byte> salt = stackalloc byte[SaltSize];
        RandomNumberGenerator.Fill(salt);
        OwnedBuffer result;
        fixed (byte* password = passwordUtf8, saltStart = salt)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_password_hash(
                new ByteView(password, passwordUtf8.Length), new ByteView(saltStart, salt.Length), &result));
        }

        using var buffer = new NativeBuffer(result);
        return buffer.ToString();
    }

    /// <summary>Whether the password is the one that <paramref name="phc"/> was made from. Any Argon2 variant is accepted.</summary>
    /// <exception cref="NativeException">
    /// <see cref="NativeStatus.PasswordHashMalformed"/> or <see cref="NativeStatus.PasswordHashTooExpensive"/>: the stored hash,
    /// not the password, is at fault.
    /// </exception>
    public static bool Verify(string phc, ReadOnlySpan<byte> passwordUtf8)
    {
        byte matches;
        using var text = new Utf8Text(phc, stackalloc byte[Utf8Text.StackSize]);
        fixed (byte* phcStart = text, password = passwordUtf8)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_password_verify(
                new ByteView(phcStart, text.Span.Length), new ByteView(password, passwordUtf8.Length), &matches));
        }

        return matches != 0;
    }

    /// <summary>
    /// Whether a hash is cheaper than, or of another kind than, what <see cref="Create"/> makes today: after a successful
    /// <see cref="Verify"/> the password should be hashed and stored anew.
    /// </summary>
    /// <exception cref="NativeException">As for <see cref="Verify"/>.</exception>
    public static bool NeedsRehash(string phc)
    {
        byte needed;
        using var text = new Utf8Text(phc, stackalloc byte[Utf8Text.StackSize]);
        fixed (byte* phcStart = text)
            NativeException.ThrowIfFailed(NativeMethods.hybrid_password_needs_rehash(new ByteView(phcStart, text.Span.Length), &needed));

        return needed != 0;
    }
}
