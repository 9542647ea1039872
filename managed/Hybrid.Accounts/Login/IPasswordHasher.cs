namespace Hybrid.Accounts.Login;

/// <summary>Hashes passwords slowly, by Argon2id. The calls take tens of milliseconds and megabytes by design: see <see cref="PasswordWorker"/>.</summary>
public interface IPasswordHasher
{
    /// <summary>A PHC string with parameters, fresh salt and hash.</summary>
    string Create(ReadOnlySpan<byte> password);

    /// <summary>Whether <paramref name="password"/> is the one that <paramref name="hash"/> was made of; false also for a string that is no hash.</summary>
    bool Verify(string hash, ReadOnlySpan<byte> password);

    /// <summary>Whether <paramref name="hash"/> was made with less cost than <see cref="Create"/> takes today, or in another way; false for a string that is no hash.</summary>
    bool NeedsRehash(string hash);
}
