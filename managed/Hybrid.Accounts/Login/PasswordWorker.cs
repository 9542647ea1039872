using System.Collections.Concurrent;
using System.Text;
using Hybrid.Primitives;

namespace Hybrid.Accounts.Login;

/// <summary>
/// Hashes passwords on two threads of its own, so that logins never take the threads that serve requests. Who finds the queue
/// full is told to come back: a queue without end would only turn a flood into a long wait.
/// </summary>
public sealed class PasswordWorker : IDisposable
{
    const int Threads = 2;
    const int QueueLength = 64;
    static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    readonly IPasswordHasher _hasher;
    readonly BlockingCollection<Action> _queue = new(QueueLength);
    readonly Thread[] _threads;
    readonly Lazy<string> _decoy;

    public PasswordWorker(IPasswordHasher hasher)
    {
        _hasher = hasher;
        _decoy = new Lazy<string>(() => hasher.Create("a password that no one has"u8));
        _threads = [.. Enumerable.Range(1, Threads).Select(number => new Thread(Run) { IsBackground = true, Name = $"password-{number}" })];
        foreach (var thread in _threads)
            thread.Start();
    }

    /// <summary>The hash of a new password; <c>M_LIMIT_EXCEEDED</c> when too many are being hashed.</summary>
    public Task<Result<string>> CreateAsync(string password, CancellationToken cancellationToken) =>
        EnqueueAsync(() => _hasher.Create(Encoding.UTF8.GetBytes(password)), cancellationToken);

    /// <summary>
    /// Whether the password fits the hash; without a hash false, after the same time. <c>M_LIMIT_EXCEEDED</c> when too many
    /// are being hashed.
    /// </summary>
    public Task<Result<bool>> VerifyAsync(string? hash, string password, CancellationToken cancellationToken) =>
        EnqueueAsync(
            () =>
            {
                // Made by the first check of any kind, so that it does not tell that there was no account.
                var decoy = _decoy.Value;
                var fits = _hasher.Verify(hash ?? decoy, Encoding.UTF8.GetBytes(password));
                return fits && hash is not null;
            },
            cancellationToken);

    public void Dispose()
    {
        _queue.CompleteAdding();
        foreach (var thread in _threads)
            thread.Join();
        _queue.Dispose();
    }

    Task<Result<T>> EnqueueAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        var completion = new TaskCompletionSource<Result<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_queue.TryAdd(Job, 0, CancellationToken.None))
            completion.SetResult(MatrixError.LimitExceeded(RetryAfter));
        return completion.Task;

        void Job()
        {
            if (cancellationToken.IsCancellationRequested)
            {
                completion.SetCanceled(cancellationToken);
                return;
            }

            try
            {
                completion.SetResult(work());
            }
#pragma warning disable CA1031 // The one who waits gets it; the thread must live on.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                completion.SetException(exception);
            }
        }
    }

    void Run()
    {
        foreach (var job in _queue.GetConsumingEnumerable())
            job();
    }
}
