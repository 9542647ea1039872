using Hybrid.Storage.Media;

namespace Hybrid.Media.Content;

/// <summary>Downloads that wait for an upload, by media ID.</summary>
sealed class PendingUploads
{
    readonly Dictionary<MediaId, Waiters> _waiting = [];
    readonly Lock _lock = new();

    /// <summary>How many IDs are waited for.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _waiting.Count;
        }
    }

    /// <summary>Starts to listen. Look at the store only after this, so that no upload falls between the look and the wait.</summary>
    public Listener Listen(MediaId id)
    {
        lock (_lock)
        {
            if (!_waiting.TryGetValue(id, out var waiters))
                _waiting.Add(id, waiters = new Waiters());
            waiters.Count++;
            return new Listener(this, id, waiters);
        }
    }

    /// <summary>Wakes whoever listens for the ID.</summary>
    public void Complete(MediaId id)
    {
        lock (_lock)
        {
            if (_waiting.Remove(id, out var waiters))
                waiters.Source.SetResult();
        }
    }

    void Leave(MediaId id, Waiters waiters)
    {
        lock (_lock)
        {
            if (--waiters.Count == 0 && _waiting.TryGetValue(id, out var current) && current == waiters)
                _waiting.Remove(id);
        }
    }

    public sealed class Waiters
    {
        public TaskCompletionSource Source { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Count { get; set; }
    }

    public sealed class Listener(PendingUploads pending, MediaId id, Waiters waiters) : IDisposable
    {
        /// <summary>Completes with the upload.</summary>
        public Task Uploaded => waiters.Source.Task;

        public void Dispose() => pending.Leave(id, waiters);
    }
}
