namespace Hybrid.Storage.Space;

/// <summary>
/// Whether there is room to write. One for the whole server: stores ask it before they write, and tell it when a write found no room.
/// While it is full they refuse every write and go on reading; nothing is half done.
/// </summary>
public sealed class StorageSpace
{
    // ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL as HRESULTs; elsewhere the HResult of an IOException is errno.
    const int WindowsDiskFull = unchecked((int)0x80070070);
    const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    const int NoSpaceLeft = 28;
    const int LinuxQuotaExceeded = 122;

    readonly Lock _lock = new();
    string? _reason;

    /// <summary>Raised with the reason when it becomes full and with null when there is room again. Handlers must be quick and must not throw.</summary>
    public event Action<string?>? Changed;

    /// <summary>Why nothing can be written, in a sentence for the operator; null while there is room.</summary>
    public string? FullBecause => Volatile.Read(ref _reason);

    /// <exception cref="StorageFullException">There is no room.</exception>
    public void ThrowIfFull()
    {
        if (FullBecause is not null)
            throw new StorageFullException(null);
    }

    /// <summary>Refuses writes from now on. Says nothing when they are refused already.</summary>
    public void MarkFull(string reason) => Change(reason);

    /// <summary>Takes writes again.</summary>
    public void MarkFree() => Change(null);

    /// <summary>Notes that a write found no room, and makes the exception to throw instead.</summary>
    public StorageFullException Refuse(string reason, Exception cause)
    {
        MarkFull(reason);
        return new StorageFullException(cause);
    }

    /// <summary>Whether a file could not be written because its file system, or a quota on it, is full.</summary>
    public static bool IsNoRoom(IOException exception) => OperatingSystem.IsWindows()
        ? exception.HResult is WindowsDiskFull or WindowsHandleDiskFull
        : exception.HResult == NoSpaceLeft || (OperatingSystem.IsLinux() && exception.HResult == LinuxQuotaExceeded);

    void Change(string? reason)
    {
        lock (_lock)
        {
            if ((_reason is null) == (reason is null))
                return;
            Volatile.Write(ref _reason, reason);
            Changed?.Invoke(reason);
        }
    }
}

/// <summary>A write was refused, or undone, because there is no room for it. It may succeed later.</summary>
public sealed class StorageFullException(Exception? cause) : Exception("There is no room to write.", cause);
