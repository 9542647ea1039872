using System.Collections.Concurrent;
using Hybrid.Native.State;
using Hybrid.Storage.State;
using StateKey = Hybrid.Storage.Rooms.StateKey;

namespace Hybrid.Rooms.State;

/// <summary>
/// Gives events, types and state keys the numbers that stand for them in state maps. One server writes to a store, so numbers are
/// given out in memory; those that end up in no commit are given out again after a restart.
/// </summary>
public sealed class StateNumbering(IStateStore store) : IDisposable
{
    // What is forgotten is looked up again.
    const int MaxNames = 100_000;

    readonly ConcurrentDictionary<string, Entry> _names = new(StringComparer.Ordinal);
    readonly SemaphoreSlim _gate = new(1);
    volatile bool _started;
    long _lastEvent;
    long _lastName;

    /// <summary>The first of <paramref name="count"/> numbers that no event has.</summary>
    public async ValueTask<long> NextEventsAsync(int count, CancellationToken cancellationToken)
    {
        if (!_started)
            await LearnAsync([], mayAdd: false, cancellationToken);
        return Interlocked.Add(ref _lastEvent, count) - count + 1;
    }

    /// <summary>
    /// The keys of types and state keys, in their order. Those of the two that are not known to be stored are added to
    /// <paramref name="unstored"/>, to be written with what uses the keys.
    /// </summary>
    public async ValueTask<StateMapKey[]> KeysAsync(IReadOnlyList<StateKey> keys, ICollection<StateName> unstored, CancellationToken cancellationToken)
    {
        var (known, unknown) = Known(keys);
        if (unknown.Count > 0)
        {
            foreach (var (name, entry) in await LearnAsync(unknown, mayAdd: true, cancellationToken))
                known[name] = entry;
        }

        foreach (var (name, entry) in known)
        {
            if (!entry.IsStored)
                unstored.Add(new StateName(name, entry.Number));
        }

        return [.. keys.Select(key => KeyOf(known[key.Type], known[key.Key]))];
    }

    /// <summary>The keys of types and state keys; null for those that no state map can have, since a part of them has no number.</summary>
    public async ValueTask<StateMapKey?[]> FindKeysAsync(IReadOnlyList<StateKey> keys, CancellationToken cancellationToken)
    {
        var (known, unknown) = Known(keys);
        if (unknown.Count > 0)
        {
            foreach (var (name, entry) in await LearnAsync(unknown, mayAdd: false, cancellationToken))
                known[name] = entry;
        }

        return
        [
            .. keys.Select(key => known.TryGetValue(key.Type, out var type) && known.TryGetValue(key.Key, out var stateKey)
                ? KeyOf(type, stateKey)
                : (StateMapKey?)null),
        ];
    }

    /// <summary>Notes that names are stored with their numbers.</summary>
    public void MarkStored(IReadOnlyList<StateName> names)
    {
        foreach (var name in names)
            _names[name.Name] = new Entry(name.Number, IsStored: true);
    }

    public void Dispose() => _gate.Dispose();

    (Dictionary<string, Entry> Known, HashSet<string> Unknown) Known(IReadOnlyList<StateKey> keys)
    {
        var known = new Dictionary<string, Entry>(StringComparer.Ordinal);
        var unknown = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            Note(key.Type);
            Note(key.Key);
        }

        return (known, unknown);

        void Note(string name)
        {
            if (_names.TryGetValue(name, out var entry))
                known[name] = entry;
            else
                unknown.Add(name);
        }
    }

    static StateMapKey KeyOf(Entry type, Entry stateKey) => new(checked((uint)type.Number), (ulong)stateKey.Number);

    // One at a time, so that a name which two rooms use for the first time gets one number.
    async ValueTask<Dictionary<string, Entry>> LearnAsync(IReadOnlyCollection<string> names, bool mayAdd, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await StartAsync(cancellationToken);
            ForgetSome();
            var learned = new Dictionary<string, Entry>(StringComparer.Ordinal);
            foreach (var name in await store.FindNamesAsync(names, cancellationToken))
                learned[name.Name] = _names[name.Name] = new Entry(name.Number, IsStored: true);
            foreach (var name in names)
            {
                if (learned.ContainsKey(name))
                    continue;
                if (_names.TryGetValue(name, out var waiting))
                    learned[name] = waiting;
                else if (mayAdd)
                    learned[name] = _names[name] = new Entry(++_lastName, IsStored: false);
            }

            return learned;
        }
        finally
        {
            _gate.Release();
        }
    }

    async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        if (_started)
            return;

        var last = await store.ReadNumbersAsync(cancellationToken);
        (_lastEvent, _lastName) = (last.Event, last.Name);
        _started = true;
    }

    // Names that wait for their commit stay: nobody else could say which number they have.
    void ForgetSome()
    {
        if (_names.Count <= MaxNames)
            return;

        foreach (var (name, entry) in _names)
        {
            if (entry.IsStored)
                _names.TryRemove(KeyValuePair.Create(name, entry));
        }
    }

    readonly record struct Entry(long Number, bool IsStored);
}
