using Hybrid.Native;

namespace Hybrid.Media.Content;

/// <summary>Content as files on this machine: <c>content/ab/abcdef…</c> below the folder of the media.</summary>
public sealed class LocalContentStore : IContentStore
{
    const string Folder = "content";

    readonly string _root;

    public LocalContentStore(MediaOptions options)
    {
        _root = Path.Combine(Path.GetFullPath(options.Folder), Folder);
        Directory.CreateDirectory(_root);
    }

    /// <summary>The path of content below <see cref="MediaOptions.Folder"/>, with slashes.</summary>
    public static string RelativePath(string sha256) => $"{Folder}/{sha256[..2]}/{sha256}";

    public ValueTask KeepAsync(StoredFile file, string path, CancellationToken cancellationToken)
    {
        Place(path, LocalPath(file.Sha256));
        return ValueTask.CompletedTask;
    }

    // A file without a record, left by a crash between the two, is the only harm, and the same upload again heals it.
    public void Settle(string sha256)
    {
    }

    public ValueTask DeleteAsync(string sha256, CancellationToken cancellationToken)
    {
        // Its folder may be missing too, and then deleting it would fail.
        if (File.Exists(LocalPath(sha256)))
            File.Delete(LocalPath(sha256));
        return ValueTask.CompletedTask;
    }

    public string LocalPath(string sha256) => Path.Combine(_root, sha256[..2], sha256);

    public ValueTask<LocalContent?> BorrowAsync(string sha256, CancellationToken cancellationToken) =>
        ValueTask.FromResult<LocalContent?>(new LocalContent(LocalPath(sha256)));

    public ValueTask<Stream?> OpenAsync(string sha256, long length, bool fromStart, CancellationToken cancellationToken) =>
        ValueTask.FromResult<Stream?>(File.OpenRead(LocalPath(sha256)));

    /// <summary>Gives a whole file its name, durably.</summary>
    public static void Place(string temporary, string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            DirectorySync.Flush(Path.GetDirectoryName(folder)!);
        }

        // The same name means the same bytes, so replacing a file that someone reads is harmless, and heals a damaged one.
        File.Move(temporary, path, true);
        DirectorySync.Flush(folder);
    }
}
