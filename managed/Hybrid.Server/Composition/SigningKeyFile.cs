using System.Security.Cryptography;
using Hybrid.Native;
using Hybrid.Server.Commands;

namespace Hybrid.Server.Composition;

/// <summary>
/// The key that the server signs events with, in <c>signing.key</c> of the data folder: one line <c>ed25519 VERSION SEED</c>,
/// the form that Synapse writes, so that a key can be carried over. Made on first start.
/// </summary>
static class SigningKeyFile
{
    const int VersionLength = 6;
    const int SeedLength = 32;

    public const string Name = "signing.key";

    public static SigningKey LoadOrCreate(string dataFolder)
    {
        var path = Path.Combine(dataFolder, Name);
        if (File.Exists(path))
            return Parse(path, File.ReadAllText(path));

        var version = "a_" + RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", VersionLength - 2);
        var key = SigningKey.Generate(version);
        Write(path, $"ed25519 {version} {Convert.ToBase64String(key.ExportSeed()).TrimEnd('=')}\n");
        return key;
    }

    /// <exception cref="CommandException">There is no key, or it cannot be read.</exception>
    public static void Check(string dataFolder)
    {
        var path = Path.Combine(dataFolder, Name);
        if (!File.Exists(path))
            throw new CommandException($"{path}: there is no signing key.");
        Parse(path, File.ReadAllText(path)).Dispose();
    }

    static SigningKey Parse(string path, string text)
    {
        var fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var seed = new byte[SeedLength];
        if (fields is ["ed25519", var version, var encoded]
            && Convert.TryFromBase64String(encoded.PadRight((encoded.Length + 3) / 4 * 4, '='), seed, out var written) && written == SeedLength)
        {
            return SigningKey.FromSeed(seed, version);
        }

        throw new CommandException($"{path}: not a signing key. It must hold one line: ed25519 VERSION SEED.");
    }

    // A half-written key would be a new identity after the next start: written aside, made durable, then moved into place.
    static void Write(string path, string line)
    {
        var temporary = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(temporary, options))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(line));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path);
        DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}
