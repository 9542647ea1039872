using Hybrid.Native;

namespace Hybrid.Media.S3;

/// <summary>Which content may be in the object store without a record that names it: an empty file each, that outlives a power cut.</summary>
sealed class ContentNotes
{
    readonly string _folder;

    public ContentNotes(MediaOptions options)
    {
        _folder = Path.Combine(Path.GetFullPath(options.Folder), "unsettled");
        Directory.CreateDirectory(_folder);
    }

    public IReadOnlyList<string> All => [.. Directory.GetFiles(_folder).Select(static path => Path.GetFileName(path))];

    public void Add(string sha256)
    {
        File.WriteAllBytes(PathOf(sha256), []);
        DirectorySync.Flush(_folder);
    }

    public void Remove(string sha256) => File.Delete(PathOf(sha256));

    string PathOf(string sha256) => Path.Combine(_folder, sha256);
}
