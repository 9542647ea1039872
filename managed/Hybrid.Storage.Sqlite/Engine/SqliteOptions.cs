using Hybrid.Storage.Space;

namespace Hybrid.Storage.Sqlite.Engine;

/// <summary>How a database is opened.</summary>
public sealed record SqliteOptions
{
    /// <summary>Where it tells that a write found no room, and asks before it writes.</summary>
    public StorageSpace Space { get; init; } = new();

    /// <summary>Hears of each step when an older database is brought up to date.</summary>
    public Action<string>? Progress { get; init; }

    /// <summary>The name of a registered SQLite VFS to reach the disk through; null for SQLite's own.</summary>
    public string? Vfs { get; init; }
}
