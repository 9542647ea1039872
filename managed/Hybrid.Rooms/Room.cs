using System.Collections.Concurrent;
using Hybrid.Primitives;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms;

/// <summary>A room that is open: its state now, and the mailbox through which everything that changes it goes, one at a time.</summary>
public sealed class Room
{
    // Bounds how many events one store job carries.
    const int MaxChangesPerAppend = 64;

    readonly IRoomStore _store;
    readonly RoomStates _states;
    readonly ServerIdentity _identity;
    readonly TimeProvider _time;
    readonly ConcurrentQueue<IChange> _mailbox = new();
    RoomSnapshot _current;
    int _waiting;

    internal Room(RoomSnapshot current, IRoomStore store, RoomStates states, ServerIdentity identity, TimeProvider time)
    {
        _current = current;
        _store = store;
        _states = states;
        _identity = identity;
        _time = time;
    }

    public RoomId RoomId => Current.RoomId;

    /// <summary>The room after its last commit.</summary>
    public RoomSnapshot Current => Volatile.Read(ref _current);

    /// <summary>
    /// Puts a change into the mailbox; completes when what it added is durable. Changes that wait for the same commit are
    /// stored together. A change that is refused adds nothing.
    /// </summary>
    public async ValueTask<Result<T>> ChangeAsync<T>(Func<RoomDraft, CancellationToken, ValueTask<Result<T>>> change, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var entry = new Change<T>(change);
        _mailbox.Enqueue(entry);
        if (Interlocked.Increment(ref _waiting) == 1)
            _ = WorkOffAsync();
        return await entry.Completion;
    }

    // Whoever finds the mailbox idle sets it going. It runs on its own from the first store commit on, and never throws.
    async Task WorkOffAsync()
    {
        var batch = new List<IChange>();
        do
        {
            batch.Clear();
            while (batch.Count < MaxChangesPerAppend && _mailbox.TryDequeue(out var next))
                batch.Add(next);
            await ApplyAsync(batch);
        }
        while (Interlocked.Add(ref _waiting, -batch.Count) > 0);
    }

    async Task ApplyAsync(List<IChange> batch)
    {
        try
        {
            var draft = new RoomDraft(Current, _identity, _time);
            foreach (var change in batch)
            {
                var mark = draft.Mark();
                if (!await change.TryRunAsync(draft))
                    draft.Revert(mark);
            }

            if (draft.Events.Count > 0)
                await StoreAsync(draft);
        }
#pragma warning disable CA1031 // Everyone whose change was in the batch must hear of it, and the mailbox must go on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            foreach (var change in batch)
                change.Fail(exception);
            return;
        }

        foreach (var change in batch)
            change.Complete();
    }

    async ValueTask StoreAsync(RoomDraft draft)
    {
        var append = await _states.PlaceAsync(draft.ToAppend(), draft.Start, CancellationToken.None);
        append = append with
        {
            Committed = append.Committed + (() => Volatile.Write(ref _current, _current.After(append))),
            StillApplies = () => ReferenceEquals(_current, draft.Start),
        };
        await _store.AppendAsync(append, CancellationToken.None);
    }

    interface IChange
    {
        /// <summary>Runs the change; false when it was refused or threw, which is kept for <see cref="Complete"/>.</summary>
        ValueTask<bool> TryRunAsync(RoomDraft draft);

        void Complete();

        void Fail(Exception exception);
    }

    sealed class Change<T>(Func<RoomDraft, CancellationToken, ValueTask<Result<T>>> change) : IChange
    {
        readonly TaskCompletionSource<Result<T>> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Result<T> _result;
        Exception? _failure;

        public Task<Result<T>> Completion => _completion.Task;

        public async ValueTask<bool> TryRunAsync(RoomDraft draft)
        {
            try
            {
                _result = await change(draft, CancellationToken.None);
                return _result.Error is null;
            }
#pragma warning disable CA1031 // The caller who awaits the change gets it, whatever it is.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _failure = exception;
                return false;
            }
        }

        public void Complete()
        {
            if (_failure is null)
                _completion.TrySetResult(_result);
            else
                _completion.TrySetException(_failure);
        }

        public void Fail(Exception exception) => _completion.TrySetException(_failure ?? exception);
    }
}
