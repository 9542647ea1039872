using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Hybrid.Native;

/// <summary>
/// Makes the names in a folder durable: a file that was synced can still lose its name in a power cut. It lives here because
/// it takes a P/Invoke, to libc and not to the native core because that does no I/O.
/// </summary>
public static partial class DirectorySync
{
    const int ReadOnly = 0;

    /// <summary>Returns once what was made, renamed or deleted in <paramref name="folder"/> stays so through a power cut.</summary>
    /// <exception cref="IOException">The folder cannot be opened, or the disk fails.</exception>
    public static void Flush(string folder)
    {
        // Windows keeps names with the file's own metadata and opens no folders.
        if (OperatingSystem.IsWindows())
            return;

        using var handle = Open(folder, ReadOnly);
        if (handle.IsInvalid)
            throw new IOException($"The folder '{folder}' cannot be opened to sync it: {Marshal.GetLastPInvokeErrorMessage()}.");

        RandomAccess.FlushToDisk(handle);
    }

    // Opening a folder is all that the framework has no call for.
    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial SafeFileHandle Open(string path, int flags);
}
