namespace Hybrid.Simulation.Tests.Servers;

/// <summary>
/// Everything that all servers do, on one thread, one piece after the other: whatever awaits in a server goes on in the order in which it was released.
/// </summary>
sealed class Processor
{
    // Nothing that a step sets off takes as many pieces; what does, goes in circles.
    const int MaxPieces = 2_000_000;

    readonly Queue<(ServerThread Thread, SendOrPostCallback Callback, object? State)> _pieces = new();
    readonly int _threadId = Environment.CurrentManagedThreadId;

    /// <summary>What went on elsewhere, so that no two runs would be the same.</summary>
    public string? Escaped { get; private set; }

    /// <summary>What servers threw where nobody took it.</summary>
    public List<Exception> Failures { get; } = [];

    public void Add(ServerThread thread, SendOrPostCallback callback, object? state)
    {
        if (Environment.CurrentManagedThreadId != _threadId)
            Escaped ??= Environment.StackTrace;
        lock (_pieces)
            _pieces.Enqueue((thread, callback, state));
    }

    /// <summary>Runs until every server waits for something that has yet to happen.</summary>
    public void Run()
    {
        var before = SynchronizationContext.Current;
        try
        {
            for (var done = 0; TryTake(out var piece); done++)
            {
                if (done > MaxPieces)
                    throw new InvalidOperationException("A server does not come to rest.");
                if (piece.Thread.IsDead)
                    continue;

                SynchronizationContext.SetSynchronizationContext(piece.Thread);
                piece.Callback(piece.State);
                piece.Thread.CountPiece();
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    bool TryTake(out (ServerThread Thread, SendOrPostCallback Callback, object? State) piece)
    {
        lock (_pieces)
            return _pieces.TryDequeue(out piece);
    }
}

/// <summary>The thread of one server's process, as long as that lives. What a dead one had begun is never gone on with, as after kill -9.</summary>
sealed class ServerThread(Processor processor) : SynchronizationContext
{
    int _piecesLeft = int.MaxValue;

    public bool IsDead { get; private set; }

    /// <summary>The process ends here and now.</summary>
    public void Kill() => IsDead = true;

    /// <summary>The process ends when it has done so many pieces more, in the middle of whatever that is.</summary>
    public void KillAfter(int pieces)
    {
        _piecesLeft = pieces;
        if (pieces == 0)
            Kill();
    }

    public void CountPiece()
    {
        if (_piecesLeft != int.MaxValue && --_piecesLeft <= 0)
            Kill();
    }

    /// <summary>Begins something in the server.</summary>
    public void Begin(Func<Task> work) => Post(_ => _ = RunAsync(work), null);

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!IsDead)
            processor.Add(this, d, state);
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing may wait for another piece.");

    public override SynchronizationContext CreateCopy() => this;

    async Task RunAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
#pragma warning disable CA1031 // Nobody awaits it: the run fails with it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            processor.Failures.Add(exception);
        }
    }
}
