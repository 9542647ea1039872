using System.Security.Cryptography;

namespace Hybrid.Server.Hosting;

/// <summary>
/// A file that holds a little room beside an embedded database. SQLite needs room even to read: for its log, and for the index of that. So a
/// server that ended on a full disk starts on what this file gives back, and is read-only there until there is more.
/// </summary>
/// <param name="databasePath">The database's file.</param>
sealed class DiskReserve(string databasePath)
{
    /// <summary>What it holds, in bytes: the log of a start, with migrations aside.</summary>
    public const int Size = 2 << 20;

    readonly string _path = databasePath + ".reserve";
    readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(databasePath))!;

    /// <summary>Before the database is opened: gives the room back if there is less than that left.</summary>
    public void GiveBackIfNeeded()
    {
        if (File.Exists(_path) && new DriveInfo(_folder).AvailableFreeSpace < Size)
            File.Delete(_path);
    }

    /// <summary>Takes the room, unless it is held already.</summary>
    /// <exception cref="IOException">There is none after all; then nothing is held.</exception>
    public void Hold()
    {
        if (File.Exists(_path) && new FileInfo(_path).Length == Size)
            return;

        // Zeros would take no room on file systems that compress or leave holes.
        var noise = RandomNumberGenerator.GetBytes(Size);
        try
        {
            using var file = new FileStream(_path, FileMode.Create, FileAccess.Write, FileShare.None, 0);
            file.Write(noise);
            file.Flush(flushToDisk: true);
        }
        catch
        {
            File.Delete(_path);
            throw;
        }
    }
}
