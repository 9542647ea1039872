using System.Collections.Concurrent;
using Hybrid.Primitives;

namespace Hybrid.Media.Thumbnails;

/// <summary>
/// Runs work on images on a few threads of its own, so that a burst of large images slows thumbnails down and nothing else. The
/// queue is bounded; work that does not fit is refused.
/// </summary>
sealed class ImageWorker : IDisposable
{
    static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    readonly BlockingCollection<Action> _queue;
    readonly Thread[] _threads;

    public ImageWorker(int threads, int queueLength)
    {
        _queue = new BlockingCollection<Action>(queueLength);
        _threads = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            _threads[i] = new Thread(Run) { IsBackground = true, Name = $"Images {i}", Priority = ThreadPriority.BelowNormal };
            _threads[i].Start();
        }
    }

    /// <summary>Queues the work; <c>M_LIMIT_EXCEEDED</c> when the queue is full. An exception of the work leaves through the task.</summary>
    public Task<Result<T>> RunAsync<T>(Func<Result<T>> work)
    {
        var completion = new TaskCompletionSource<Result<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _queue.TryAdd(Perform) ? completion.Task : Task.FromResult<Result<T>>(MatrixError.LimitExceeded(RetryAfter));

        void Perform()
        {
            try
            {
                completion.SetResult(work());
            }
#pragma warning disable CA1031 // It is the caller's exception, and this thread goes on.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                completion.SetException(exception);
            }
        }
    }

    /// <summary>Ends the threads once the queue is worked off.</summary>
    public void Dispose()
    {
        _queue.CompleteAdding();
        foreach (var thread in _threads)
            thread.Join();
        _queue.Dispose();
    }

    void Run()
    {
        foreach (var work in _queue.GetConsumingEnumerable())
            work();
    }
}
