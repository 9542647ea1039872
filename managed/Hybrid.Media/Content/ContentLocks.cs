namespace Hybrid.Media.Content;

/// <summary>
/// One holder at a time per content. A file is placed and then recorded, and deleted when no record names it any more: without the lock
/// a deletion could fall between the two and take the file of an upload that has just come in.
/// </summary>
sealed class ContentLocks
{
    readonly Dictionary<string, Entry> _held = new(StringComparer.Ordinal);

    /// <summary>Waits for the content to be free and holds it until disposed.</summary>
    public async ValueTask<IDisposable> HoldAsync(string sha256, CancellationToken cancellationToken)
    {
        var entry = Enter(sha256);
        try
        {
            await entry.Free.WaitAsync(cancellationToken);
            return new Holder(this, sha256, entry);
        }
        catch
        {
            Leave(sha256, entry);
            throw;
        }
    }

    Entry Enter(string sha256)
    {
        lock (_held)
        {
            if (!_held.TryGetValue(sha256, out var entry))
                _held.Add(sha256, entry = new Entry());
            entry.Users++;
            return entry;
        }
    }

    void Leave(string sha256, Entry entry)
    {
        lock (_held)
        {
            if (--entry.Users > 0)
                return;

            _held.Remove(sha256);
            entry.Free.Dispose();
        }
    }

    sealed class Entry
    {
        public SemaphoreSlim Free { get; } = new(1, 1);

        /// <summary>Who holds it or waits for it.</summary>
        public int Users { get; set; }
    }

    sealed class Holder(ContentLocks locks, string sha256, Entry entry) : IDisposable
    {
        public void Dispose()
        {
            entry.Free.Release();
            locks.Leave(sha256, entry);
        }
    }
}
