using System.Runtime.InteropServices;

namespace Hybrid.Durability.Tests.PowerLoss;

/// <summary><c>sqlite3_vfs</c> of sqlite3.h, version 3: what SQLite asks of an operating system. Only the members used here have types.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct SqliteVfs
{
    public int Version;
    public int FileSize;
    public int MaxPathLength;
    public nint Next;
    public byte* Name;
    public nint AppData;
    public delegate* unmanaged[Cdecl]<SqliteVfs*, byte*, SqliteFile*, int, int*, int> Open;
    public delegate* unmanaged[Cdecl]<SqliteVfs*, byte*, int, int> Delete;
    public nint Access;
    public nint FullPathname;
    public nint LibraryOpen;
    public nint LibraryError;
    public nint LibrarySymbol;
    public nint LibraryClose;
    public nint Randomness;
    public nint Sleep;
    public nint CurrentTime;
    public nint GetLastError;
    public nint CurrentTimeInt64;
    public nint SetSystemCall;
    public nint GetSystemCall;
    public nint NextSystemCall;
}

/// <summary><c>sqlite3_file</c>: the beginning of every open file.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct SqliteFile
{
    public SqliteFileMethods* Methods;
}

/// <summary><c>sqlite3_io_methods</c> of sqlite3.h, version 3.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct SqliteFileMethods
{
    public int Version;
    public delegate* unmanaged[Cdecl]<SqliteFile*, int> Close;
    public nint Read;
    public delegate* unmanaged[Cdecl]<SqliteFile*, byte*, int, long, int> Write;
    public delegate* unmanaged[Cdecl]<SqliteFile*, long, int> Truncate;
    public delegate* unmanaged[Cdecl]<SqliteFile*, int, int> Sync;
    public nint FileSize;
    public nint Lock;
    public nint Unlock;
    public nint CheckReservedLock;
    public nint FileControl;
    public nint SectorSize;
    public nint DeviceCharacteristics;
    public nint SharedMap;
    public nint SharedLock;
    public nint SharedBarrier;
    public nint SharedUnmap;
    public nint Fetch;
    public nint Unfetch;
}

static unsafe partial class SqliteLibrary
{
    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_find")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    public static partial SqliteVfs* FindVfs(byte* name);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_register")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    public static partial int RegisterVfs(SqliteVfs* vfs, int makeDefault);
}
