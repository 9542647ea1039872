using System.Diagnostics;
using Xunit;

namespace Hybrid.Durability.Tests.FullDisk;

/// <summary>A file system of a few mebibytes in memory, mounted for one test.</summary>
sealed class SmallDisk : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public SmallDisk(long bytes)
    {
        if (Run("mount", "-t", "tmpfs", "-o", $"size={bytes},mode=0700", "hybrid-test", _folder.Path) == 0)
            return;

        _folder.Dispose();
        throw new InvalidOperationException("A tmpfs cannot be mounted here.");
    }

    public string Path => _folder.Path;

    public long Free => new DriveInfo(Path).AvailableFreeSpace;

    string Filler => _folder["filler"];

    /// <summary>Writes a file until only so many bytes are left.</summary>
    public async Task FillAsync(long leave)
    {
        await using var file = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, 0);
        var block = new byte[64 << 10];
        try
        {
            while (Free > leave)
                await file.WriteAsync(block.AsMemory(0, (int)Math.Min(block.Length, Free - leave)));
        }
        catch (IOException) when (leave == 0)
        {
            // Full, to the last byte.
        }
    }

    public Task EmptyAsync()
    {
        File.Delete(Filler);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        Run("umount", "--lazy", _folder.Path);
        _folder.Dispose();
    }

    static int Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }
}

/// <summary>A test that needs a file system of its own; skipped, and shown as such, where none can be mounted.</summary>
sealed class TmpfsFactAttribute : FactAttribute
{
    static readonly bool Mountable = CanMount();

    public TmpfsFactAttribute()
    {
        if (!Mountable)
            Skip = "mounting a tmpfs is not permitted here";
    }

    static bool CanMount()
    {
        try
        {
            new SmallDisk(1 << 20).Dispose();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
