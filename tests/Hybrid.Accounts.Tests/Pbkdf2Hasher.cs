using System.Globalization;
using System.Security.Cryptography;
using Hybrid.Accounts.Login;

namespace Hybrid.Accounts.Tests;

/// <summary>A quick hasher in place of Argon2id: real salt, real hash, few rounds.</summary>
sealed class Pbkdf2Hasher : IPasswordHasher
{
    int _verifications;

    /// <summary>What a hash costs today; one with less needs a rehash.</summary>
    public int Rounds { get; set; } = 100;

    public int Verifications => Volatile.Read(ref _verifications);

    /// <summary>When set, hashing waits for it.</summary>
    public ManualResetEventSlim? Gate { get; set; }

    public string Create(ReadOnlySpan<byte> password)
    {
        Gate?.Wait();
        var salt = RandomNumberGenerator.GetBytes(16);
        return $"$pbkdf2${Rounds}${Convert.ToHexString(salt)}${Convert.ToHexString(Rfc2898DeriveBytes.Pbkdf2(password, salt, Rounds, HashAlgorithmName.SHA256, 32))}";
    }

    public bool Verify(string hash, ReadOnlySpan<byte> password)
    {
        Interlocked.Increment(ref _verifications);
        var parts = hash.Split('$');
        var salt = Convert.FromHexString(parts[3]);
        return CryptographicOperations.FixedTimeEquals(
            Rfc2898DeriveBytes.Pbkdf2(password, salt, RoundsOf(hash), HashAlgorithmName.SHA256, 32), Convert.FromHexString(parts[4]));
    }

    public bool NeedsRehash(string hash) => RoundsOf(hash) < Rounds;

    static int RoundsOf(string hash) => int.Parse(hash.Split('$')[2], CultureInfo.InvariantCulture);
}
