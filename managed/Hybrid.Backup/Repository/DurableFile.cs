namespace Hybrid.Backup.Repository;

/// <summary>Files that exist whole or not at all.</summary>
static class DurableFile
{
    /// <summary>
    /// Writes aside, makes the bytes durable, then moves them into place, readable by the owner alone. The name itself is durable only
    /// after its folder is synced.
    /// </summary>
    public static void Write(string temporary, string path, ReadOnlySpan<byte> content)
    {
        using (var file = new FileStream(temporary, OwnerOnly(FileMode.CreateNew)))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    public static FileStreamOptions OwnerOnly(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    /// <summary>Makes a folder if need be, for the owner alone.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
