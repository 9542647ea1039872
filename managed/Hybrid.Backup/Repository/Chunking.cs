namespace Hybrid.Backup.Repository;

/// <summary>
/// How files are cut. At fixed places, because the files of a database change in place: an unchanged stretch has the same chunk in every
/// snapshot. Small for a database, so that a changed page takes little with it; large for media, which never change.
/// </summary>
static class Chunking
{
    /// <summary>16 pages of SQLite.</summary>
    public const int DatabaseChunk = 64 << 10;

    public const int MediaChunk = 4 << 20;

    /// <summary>No chunk is larger; what claims to be is damaged.</summary>
    public const int LargestChunk = MediaChunk;
}
