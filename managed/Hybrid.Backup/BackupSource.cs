using Hybrid.Storage.Backup;

namespace Hybrid.Backup;

/// <summary>A server, as backup and restore see it.</summary>
public sealed record BackupSource
{
    public required string ServerName { get; init; }

    /// <summary>The program with its version, such as <c>hybrid 0.1.0</c>.</summary>
    public required string Program { get; init; }

    public required string DataFolder { get; init; }

    public required IDatabaseArchive Database { get; init; }

    /// <summary>Files that the server cannot do without, such as its signing key: paths in the data folder, with slashes.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    /// <summary>From the hash of a media file to its path in the data folder, with slashes.</summary>
    public required Func<string, string> MediaPath { get; init; }

    /// <summary>Media need not be files of the data folder: an object store keeps them, and those that are not here are not missing.</summary>
    public bool MediaIsElsewhere { get; init; }

    internal string FullPath(string path) => Path.Combine(DataFolder, path.Replace('/', Path.DirectorySeparatorChar));
}
