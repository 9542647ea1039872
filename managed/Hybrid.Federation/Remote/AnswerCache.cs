using System.Collections.Concurrent;
using Hybrid.Primitives;

namespace Hybrid.Federation.Remote;

/// <summary>
/// Answers of other servers, kept for a while, refusals for a shorter one. However many ask for the same at a time, the question is put once. That a server
/// cannot be asked is not kept: when it is to be tried again is for <see cref="Requests.IDestinationHealth"/> to say, which hears when it is back.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="lifetime">How long an answer is kept.</param>
/// <param name="refusalLifetime">How long a refusal is kept.</param>
/// <param name="capacity">How many are kept at most; with more, the oldest go.</param>
sealed class AnswerCache<TKey, T>(TimeProvider time, TimeSpan lifetime, TimeSpan refusalLifetime, int capacity)
    where TKey : notnull
{
    readonly ConcurrentDictionary<TKey, Entry> _entries = new();

    /// <summary>The answer that is kept, or the one that <paramref name="ask"/> brings; it is not ended with the first who waits for it.</summary>
    public async ValueTask<Result<T>> GetAsync(TKey key, Func<Task<Result<T>>> ask, CancellationToken cancellationToken)
    {
        if (_entries.TryGetValue(key, out var known) && known.Expires > time.GetTimestamp())
            return await known.Answer.WaitAsync(cancellationToken);

        var asked = new Entry();
        var entry = known is null ? _entries.GetOrAdd(key, asked) : _entries.TryUpdate(key, asked, known) ? asked : _entries.GetOrAdd(key, asked);
        if (entry == asked)
        {
            _ = FillAsync(key, asked, ask);
            if (_entries.Count > capacity)
                Trim();
        }

        return await entry.Answer.WaitAsync(cancellationToken);
    }

    async Task FillAsync(TKey key, Entry entry, Func<Task<Result<T>>> ask)
    {
        try
        {
            var answer = await ask();
            if (answer.Error is { Status: >= 500 })
                _entries.TryRemove(KeyValuePair.Create(key, entry));
            else
                entry.Expires = time.GetTimestamp() + Ticks(answer.Error is null ? lifetime : refusalLifetime);
            entry.Source.SetResult(answer);
        }
        catch (Exception exception)
        {
            _entries.TryRemove(KeyValuePair.Create(key, entry));
            entry.Source.SetException(exception);
            // Whoever waited has seen it; when nobody does any more, it is no news.
            _ = entry.Answer.Exception;
        }
    }

    void Trim()
    {
        foreach (var (key, _) in _entries.OrderBy(static entry => entry.Value.Expires).Take(Math.Max(1, _entries.Count - (capacity * 9 / 10))).ToList())
            _entries.TryRemove(key, out _);
    }

    long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    sealed class Entry
    {
        long _expires = long.MaxValue;

        public TaskCompletionSource<Result<T>> Source { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Result<T>> Answer => Source.Task;

        /// <summary>Until when the answer counts, in timestamps of the clock; without end while it is waited for.</summary>
        public long Expires
        {
            get => Volatile.Read(ref _expires);
            set => Volatile.Write(ref _expires, value);
        }
    }
}
