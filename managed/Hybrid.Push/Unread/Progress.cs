namespace Hybrid.Push.Unread;

/// <summary>How far a reader has come in one stream, and who waits for it to come further. One writer; waited on by anyone.</summary>
sealed class Progress
{
    readonly Lock _lock = new();
    readonly List<(long Position, TaskCompletionSource Reached)> _waiters = [];
    long _position;

    /// <summary>The last position that is worked off.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>Everything up to <paramref name="position"/> is worked off.</summary>
    public void Advance(long position)
    {
        List<TaskCompletionSource>? reached = null;
        lock (_lock)
        {
            Volatile.Write(ref _position, position);
            for (var i = _waiters.Count - 1; i >= 0; i--)
            {
                if (_waiters[i].Position > position)
                    continue;

                (reached ??= []).Add(_waiters[i].Reached);
                _waiters.RemoveAt(i);
            }
        }

        foreach (var waiter in reached ?? [])
            waiter.SetResult();
    }

    /// <summary>Completes once everything up to <paramref name="position"/> is worked off.</summary>
    public ValueTask ReachAsync(long position, CancellationToken cancellationToken)
    {
        if (Position >= position)
            return ValueTask.CompletedTask;

        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_position >= position)
                return ValueTask.CompletedTask;
            _waiters.Add((position, reached));
        }

        return new ValueTask(reached.Task.WaitAsync(cancellationToken));
    }
}
