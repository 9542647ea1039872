using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Hybrid.Federation.Keys;
using Hybrid.Native;
using Hybrid.Server.Commands;

namespace Hybrid.Server.Composition;

/// <summary>The key that the server signs with, and those that it signed with before.</summary>
sealed record ServerSigningKeys(SigningKey Current, IReadOnlyList<RetiredKey> Retired);

/// <summary>
/// The keys of the server in <c>signing.key</c> of the data folder. Its first line is <c>ed25519 VERSION SEED</c>, the form that Synapse writes, so
/// that a key can be carried over; made on first start. The others are <c>expired MILLISECONDS ed25519 VERSION PUBLIC</c>: keys of the past, whose
/// secret halves are gone.
/// </summary>
static class SigningKeyFile
{
    const string Algorithm = "ed25519";
    const string Expired = "expired";
    const int VersionLength = 6;
    const int SeedLength = 32;

    const string PolicyVersion = "policy_server";

    public const string Name = "signing.key";

    public const string PolicyName = "policy_server.key";

    public static ServerSigningKeys LoadOrCreate(string dataFolder)
    {
        var path = Path.Combine(dataFolder, Name);
        if (File.Exists(path))
            return Parse(path, File.ReadAllLines(path));

        var key = NewKey();
        Write(path, [Line(key)]);
        return new ServerSigningKeys(key, []);
    }

    /// <summary>The key that this server signs with as a policy server, in a file of the same form; made when it is first needed.</summary>
    public static SigningKey LoadOrCreatePolicyKey(string dataFolder)
    {
        var path = Path.Combine(dataFolder, PolicyName);
        if (File.Exists(path))
            return Parse(path, File.ReadAllLines(path)).Current;

        var key = SigningKey.Generate(PolicyVersion);
        Write(path, [Line(key)]);
        return key;
    }

    /// <summary>Makes a new key and retires the one before, as of now; the ID of the new one. No server may be running on the folder.</summary>
    /// <exception cref="CommandException">There is no key, or it cannot be read.</exception>
    public static string Rotate(string dataFolder, DateTimeOffset now)
    {
        var path = Path.Combine(dataFolder, Name);
        if (!File.Exists(path))
            throw new CommandException($"{path}: there is no signing key.");

        var before = Parse(path, File.ReadAllLines(path));
        using var old = before.Current;
        using var next = NewKey();
        var expired = new RetiredKey(old.KeyId, old.PublicKeyBase64, now.ToUnixTimeMilliseconds());
        Write(path, [Line(next), .. before.Retired.Append(expired).Select(Line)]);
        return next.KeyId;
    }

    /// <exception cref="CommandException">There is no key, or it cannot be read.</exception>
    public static void Check(string dataFolder)
    {
        var path = Path.Combine(dataFolder, Name);
        if (!File.Exists(path))
            throw new CommandException($"{path}: there is no signing key.");
        Parse(path, File.ReadAllLines(path)).Current.Dispose();
    }

    static SigningKey NewKey() =>
        SigningKey.Generate("a_" + RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", VersionLength - 2));

    static string Line(SigningKey key) => $"{Algorithm} {key.KeyId[(Algorithm.Length + 1)..]} {Convert.ToBase64String(key.ExportSeed()).TrimEnd('=')}";

    static string Line(RetiredKey key) =>
        string.Create(CultureInfo.InvariantCulture, $"{Expired} {key.ExpiredTs} {Algorithm} {key.KeyId[(Algorithm.Length + 1)..]} {key.PublicKey}");

    static ServerSigningKeys Parse(string path, string[] lines)
    {
        var fields = lines.Select(static line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Where(static line => line.Length > 0).ToList();
        if (fields.Count == 0 || ParseCurrent(fields[0]) is not { } current)
            throw new CommandException($"{path}: not a signing key. Its first line must be: ed25519 VERSION SEED.");

        var retired = fields.Skip(1).Select(ParseRetired).OfType<RetiredKey>().ToList();
        if (retired.Count == fields.Count - 1)
            return new ServerSigningKeys(current, retired);

        current.Dispose();
        throw new CommandException($"{path}: a line after the first is no key of the past. Those are: expired MILLISECONDS ed25519 VERSION PUBLIC.");
    }

    static SigningKey? ParseCurrent(string[] fields)
    {
        var seed = new byte[SeedLength];
        if (fields is not [Algorithm, var version, var encoded]
            || !Convert.TryFromBase64String(encoded.PadRight((encoded.Length + 3) / 4 * 4, '='), seed, out var written) || written != SeedLength)
        {
            return null;
        }

        try
        {
            return SigningKey.FromSeed(seed, version);
        }
        catch (NativeException)
        {
            // A version with other characters than letters, digits and underscores.
            return null;
        }
    }

    static RetiredKey? ParseRetired(string[] fields) =>
        fields is [Expired, var milliseconds, Algorithm, var version, var key] && long.TryParse(milliseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var expiredTs)
            ? new RetiredKey($"{Algorithm}:{version}", key, expiredTs)
            : null;

    // A half-written key would be a new identity after the next start: written aside, made durable, then moved into place.
    static void Write(string path, IEnumerable<string> lines)
    {
        var temporary = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(temporary, options))
        {
            file.Write(Encoding.ASCII.GetBytes(string.Concat(lines.Select(static line => line + "\n"))));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}
