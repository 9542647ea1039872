using Hybrid.Primitives;

namespace Hybrid.Accounts.ToDevice;

/// <summary>
/// Lets the requests of one device be carried out in the order in which they came. Clients send the messages of a verification one
/// after the other without waiting for answers, and who gets them in another order waits for ever.
/// </summary>
public sealed class ArrivalOrder(TimeProvider time)
{
    // Who sends its body so slowly must not hold up the rest for longer.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    readonly Lock _lock = new();
    readonly Dictionary<(UserId User, DeviceId Device), Task> _last = [];

    /// <summary>Does the work once the work of the device's requests before is done.</summary>
    public async ValueTask<T> RunAsync<T>(UserId userId, DeviceId deviceId, Func<ValueTask<T>> work, CancellationToken cancellationToken)
    {
        var key = (userId, deviceId);
        var own = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task? before;
        lock (_lock)
        {
            _last.TryGetValue(key, out before);
            _last[key] = own.Task;
        }

        try
        {
            if (before is not null)
                await Task.WhenAny(before, Task.Delay(Patience, time, cancellationToken));
            return await work();
        }
        finally
        {
            lock (_lock)
            {
                if (_last[key] == own.Task)
                    _last.Remove(key);
            }

            own.SetResult();
        }
    }
}
