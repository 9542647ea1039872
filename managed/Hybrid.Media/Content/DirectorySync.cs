using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Hybrid.Media.Content;

/// <summary>Makes the names in a folder durable: a file that was synced can still lose its name in a power cut.</summary>
static class DirectorySync
{
    const int ReadOnly = 0;

    public static void Flush(string folder)
    {
        // Windows keeps names with the file's own metadata and opens no folders.
        if (OperatingSystem.IsWindows())
            return;

        using var handle = new SafeFileHandle(Open([.. Encoding.UTF8.GetBytes(folder), 0], ReadOnly), true);
        if (handle.IsInvalid)
            throw new IOException($"The folder '{folder}' cannot be opened to sync it: error {Marshal.GetLastPInvokeError()}.");

        RandomAccess.FlushToDisk(handle);
    }

    // The framework refuses to open folders; this is its only missing piece, and byte arrays need no unsafe code.
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Open(byte[] path, int flags);
}
