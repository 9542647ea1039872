using Hybrid.Storage.Space;

namespace Hybrid.Storage.Sqlite.Engine;

/// <summary>How a database is opened.</summary>
public sealed record SqliteOptions
{
    /// <summary>Where it tells that a write found no room, and asks before it writes.</summary>
    public StorageSpace Space { get; init; } = new();

    /// <summary>Hears of each step when an older database is brought up to date.</summary>
    public Action<string>? Progress { get; init; }

    /// <summary>
    /// Whether a commit waits until it is on disk. Without it a power cut can lose what was acknowledged, or leave a file that is no database: for
    /// data that nobody wants to keep.
    /// </summary>
    public bool Durable { get; init; } = true;

    /// <summary>
    /// Whether each write is done at once by who asks for it, in a commit of its own, and not by a thread that gathers them: for simulations, which must go
    /// the same way every time. Then only one thread may use the database.
    /// </summary>
    public bool WritesInline { get; init; }

    /// <summary>The name of a registered SQLite VFS to reach the disk through; null for SQLite's own.</summary>
    public string? Vfs { get; init; }
}
