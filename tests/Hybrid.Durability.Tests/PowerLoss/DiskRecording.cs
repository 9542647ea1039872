using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Hybrid.Durability.Tests.PowerLoss;

/// <summary>One thing that SQLite did to the disk, or a mark that the test set in between.</summary>
/// <param name="Kind">What it was.</param>
/// <param name="File">The name of the file, without its folder; the text of a mark.</param>
/// <param name="Offset">Where a write begins; the length that a truncation leaves.</param>
/// <param name="Bytes">What was written.</param>
sealed record DiskOperation(DiskOperationKind Kind, string File, long Offset, byte[] Bytes);

enum DiskOperationKind
{
    Write,
    Truncate,
    Sync,
    Delete,
    Mark,
}

/// <summary>
/// A layer between SQLite and the disk (a VFS named <see cref="VfsName"/>) that writes down, in order, every write, truncation, sync and
/// deletion in one folder, and lets a test make them fail. Files are opened by SQLite's own layer; only their table of methods is
/// replaced by a copy in which four methods come here first.
/// </summary>
sealed unsafe class DiskRecording : IDisposable
{
    public const string VfsName = "recording";

    static readonly ConcurrentDictionary<string, DiskRecording> Folders = new(StringComparer.Ordinal);
    static readonly ConcurrentDictionary<nint, OpenFile> Files = new();
    static readonly ConcurrentDictionary<nint, nint> Tables = new();
    static readonly SqliteVfs* Original = Register();

    readonly string _folder;
    readonly Lock _lock = new();
    readonly List<DiskOperation> _operations = [];

    public DiskRecording(string folder)
    {
        RuntimeHelpers.RunClassConstructor(typeof(DiskRecording).TypeHandle);
        _folder = folder;
        Folders[folder] = this;
    }

    /// <summary>Whether operations are kept; otherwise only <see cref="Fault"/> hears of them.</summary>
    public bool Keeps { get; init; } = true;

    /// <summary>Asked before each operation: SQLite's result code to fail with, or 0 to let it happen.</summary>
    public Func<DiskOperationKind, int>? Fault { get; set; }

    public IReadOnlyList<DiskOperation> Operations
    {
        get
        {
            lock (_lock)
                return [.. _operations];
        }
    }

    /// <summary>Sets a mark between the operations.</summary>
    public void Mark(string text) => Add(new DiskOperation(DiskOperationKind.Mark, text, 0, []));

    public void Dispose() => Folders.TryRemove(_folder, out _);

    void Add(DiskOperation operation)
    {
        if (!Keeps)
            return;
        lock (_lock)
            _operations.Add(operation);
    }

    static SqliteVfs* Register()
    {
        SQLitePCL.Batteries_V2.Init();
        // SAFETY: SQLite keeps its own VFS for the life of the process; the copy and its name are never freed, as registration asks.
        var original = SqliteLibrary.FindVfs(null);
        var vfs = (SqliteVfs*)NativeMemory.Alloc((nuint)sizeof(SqliteVfs));
        *vfs = *original;
        vfs->Next = 0;
        vfs->Name = (byte*)Marshal.StringToCoTaskMemUTF8(VfsName);
        vfs->Open = &Open;
        vfs->Delete = &Delete;
        if (SqliteLibrary.RegisterVfs(vfs, 0) != 0)
            throw new InvalidOperationException("The VFS was not taken.");
        return original;
    }

    static DiskRecording? Of(string? path) =>
        path is not null && Path.GetDirectoryName(path) is { } folder && Folders.TryGetValue(folder, out var recording) ? recording : null;

    // SAFETY of the methods below: SQLite calls them with files and buffers of its own that are valid for the call; a file is in Files from
    // its opening to its closing. The original methods read nothing of the table that they are called through.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int Open(SqliteVfs* vfs, byte* name, SqliteFile* file, int flags, int* outFlags)
    {
        var result = Original->Open(Original, name, file, flags, outFlags);
        var path = Marshal.PtrToStringUTF8((nint)name);
        if (result == 0 && file->Methods is not null && Of(path) is { } recording)
        {
            Files[(nint)file] = new OpenFile(recording, Path.GetFileName(path)!, (nint)file->Methods);
            file->Methods = (SqliteFileMethods*)Tables.GetOrAdd((nint)file->Methods, Replace);
        }

        return result;
    }

    static nint Replace(nint original)
    {
        var table = (SqliteFileMethods*)NativeMemory.Alloc((nuint)sizeof(SqliteFileMethods));
        *table = *(SqliteFileMethods*)original;
        table->Close = &Close;
        table->Write = &Write;
        table->Truncate = &Truncate;
        table->Sync = &Sync;
        return (nint)table;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int Delete(SqliteVfs* vfs, byte* name, int syncFolder)
    {
        var result = Original->Delete(Original, name, syncFolder);
        var path = Marshal.PtrToStringUTF8((nint)name);
        if (result == 0)
            Of(path)?.Add(new DiskOperation(DiskOperationKind.Delete, Path.GetFileName(path)!, 0, []));
        return result;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int Close(SqliteFile* file)
    {
        Files.TryRemove((nint)file, out var open);
        return open!.Methods->Close(file);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int Write(SqliteFile* file, byte* bytes, int length, long offset)
    {
        var open = Files[(nint)file];
        if (open.Recording.Fault?.Invoke(DiskOperationKind.Write) is { } fault and not 0)
            return fault;
        open.Recording.Add(new DiskOperation(DiskOperationKind.Write, open.Name, offset, new ReadOnlySpan<byte>(bytes, length).ToArray()));
        return open.Methods->Write(file, bytes, length, offset);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int Truncate(SqliteFile* file, long length)
    {
        var open = Files[(nint)file];
        open.Recording.Add(new DiskOperation(DiskOperationKind.Truncate, open.Name, length, []));
        return open.Methods->Truncate(file, length);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int Sync(SqliteFile* file, int flags)
    {
        var open = Files[(nint)file];
        if (open.Recording.Fault?.Invoke(DiskOperationKind.Sync) is { } fault and not 0)
            return fault;
        var result = open.Methods->Sync(file, flags);
        open.Recording.Add(new DiskOperation(DiskOperationKind.Sync, open.Name, 0, []));
        return result;
    }

    sealed class OpenFile(DiskRecording recording, string name, nint methods)
    {
        public DiskRecording Recording => recording;

        public string Name => name;

        public SqliteFileMethods* Methods => (SqliteFileMethods*)methods;
    }
}
