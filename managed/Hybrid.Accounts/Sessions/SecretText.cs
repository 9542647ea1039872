using System.Buffers.Text;
using System.Security.Cryptography;

namespace Hybrid.Accounts.Sessions;

/// <summary>Random text that cannot be guessed.</summary>
public static class SecretText
{
    const int SecretBytes = 32;
    const string Uppercase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const string LowercaseAndDigits = "abcdefghijkmnpqrstuvwxyz23456789";

    /// <summary>256 random bits in URL-safe base64 after a prefix that tells people, and scanners for leaked secrets, what they found.</summary>
    public static string Token(string prefix)
    {
        Span<byte> secret = stackalloc byte[SecretBytes];
        RandomNumberGenerator.Fill(secret);
        return prefix + Base64Url.EncodeToString(secret);
    }

    /// <summary>A device ID in the customary form: ten capital letters.</summary>
    public static string DeviceId() => RandomNumberGenerator.GetString(Uppercase, 10);

    /// <summary>A localpart for an account that did not choose one.</summary>
    public static string Localpart() => RandomNumberGenerator.GetString(LowercaseAndDigits, 12);
}
