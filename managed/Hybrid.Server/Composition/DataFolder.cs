using Hybrid.Server.Commands;

namespace Hybrid.Server.Composition;

/// <summary>The folder that holds everything worth a backup, and the lock that keeps two servers from sharing it.</summary>
sealed class DataFolder : IDisposable
{
    readonly FileStream _lock;

    DataFolder(FileStream held) => _lock = held;

    /// <summary>Makes the folder if need be and holds its lock until disposed; positions are given out in memory, so there can be one server only.</summary>
    public static DataFolder Hold(string path)
    {
        Prepare(path);
        var lockPath = Path.Combine(path, "hybrid.lock");
        try
        {
            return new DataFolder(new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            throw new CommandException($"{path}: another server is using this data folder.");
        }
    }

    /// <summary>Makes the folder if need be, readable by its owner alone.</summary>
    public static void Prepare(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(path);
            else
                Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path}: the data folder cannot be made: {exception.Message}");
        }
    }

    public void Dispose() => _lock.Dispose();
}
