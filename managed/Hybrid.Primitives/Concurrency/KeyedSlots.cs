namespace Hybrid.Primitives.Concurrency;

/// <summary>
/// How much is done for one key at a time: asked of one server on behalf of users, done to one room or one file. What is slow holds up those who want something
/// of it, and no others; beyond a number of those, they are turned away at once.
/// </summary>
/// <typeparam name="TKey">What stands for that of which there is one.</typeparam>
/// <param name="atOnce">How much at a time for one key.</param>
/// <param name="waiting">How many may wait for their turn beside them; without a bound if it is left out.</param>
public sealed class KeyedSlots<TKey>(int atOnce, int waiting = int.MaxValue)
    where TKey : notnull
{
    readonly Dictionary<TKey, Slots> _keys = [];

    /// <summary>Waits for a turn, which ends with the disposal; null when too many wait already.</summary>
    public async ValueTask<IDisposable?> TryEnterAsync(TKey key, CancellationToken cancellationToken)
    {
        if (Join(key) is not { } slots)
            return null;

        try
        {
            await slots.Free.WaitAsync(cancellationToken);
            return new Turn(this, key, slots);
        }
        catch
        {
            Leave(key, slots);
            throw;
        }
    }

    Slots? Join(TKey key)
    {
        lock (_keys)
        {
            if (!_keys.TryGetValue(key, out var slots))
                _keys.Add(key, slots = new Slots(atOnce));
            if (slots.Users - atOnce >= waiting)
                return null;

            slots.Users++;
            return slots;
        }
    }

    void Leave(TKey key, Slots slots)
    {
        lock (_keys)
        {
            if (--slots.Users > 0)
                return;

            _keys.Remove(key);
            slots.Free.Dispose();
        }
    }

    sealed class Slots(int atOnce)
    {
        public SemaphoreSlim Free { get; } = new(atOnce);

        /// <summary>Who has a turn or waits for one.</summary>
        public int Users { get; set; }
    }

    sealed class Turn(KeyedSlots<TKey> owner, TKey key, Slots slots) : IDisposable
    {
        bool _over;

        public void Dispose()
        {
            if (_over)
                return;

            _over = true;
            slots.Free.Release();
            owner.Leave(key, slots);
        }
    }
}
