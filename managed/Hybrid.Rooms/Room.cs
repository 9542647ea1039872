using System.Collections.Concurrent;
using Hybrid.Primitives;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.PolicyServers;
using Hybrid.Rooms.Receiving;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms;

/// <summary>A room that is open: its state now, and the mailbox through which everything that changes it goes, one at a time.</summary>
public sealed class Room
{
    // Bounds how many events one store job carries.
    const int MaxChangesPerAppend = 64;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly IRoomStore _store;
    readonly RoomStates _states;
    readonly ServerIdentity _identity;
    readonly TimeProvider _time;
    readonly ForkResolver _forks;
    readonly ReviewedChanges? _reviewed;
    readonly ConcurrentQueue<IEntry> _mailbox = new();
    readonly Lock _wholeLock = new();
    TaskCompletionSource? _whole;
    RoomSnapshot _current;
    int _waiting;
    bool _closed;

    internal Room(
        RoomSnapshot current, IRoomStore store, RoomStates states, ServerIdentity identity, TimeProvider time, Lazy<IPolicyServers>? policyServers = null)
    {
        _current = current;
        _store = store;
        _states = states;
        _identity = identity;
        _time = time;
        _forks = new ForkResolver(store, current.RoomId, current.Version);
        _reviewed = policyServers is null ? null : new ReviewedChanges(this, identity, time, policyServers);
    }

    public RoomId RoomId => Current.RoomId;

    /// <summary>The room after its last commit.</summary>
    public RoomSnapshot Current => Volatile.Read(ref _current);

    /// <summary>
    /// Puts a change into the mailbox; completes when what it added is durable. Changes that wait for the same commit are
    /// stored together. A change that is refused adds nothing; <c>M_NOT_FOUND</c> once the room is closed. In a room that uses a policy server it takes
    /// another way, see <see cref="ReviewedChanges"/>.
    /// </summary>
    public async ValueTask<Result<T>> ChangeAsync<T>(Func<RoomDraft, CancellationToken, ValueTask<Result<T>>> change, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_reviewed is not null && RoomPolicy.Of(Current) is not null && await _reviewed.ChangeAsync(change, cancellationToken) is { } reviewed)
            return reviewed;

        var entry = new Change<T>(change);
        Enqueue(entry);
        return await entry.Completion;
    }

    /// <summary>
    /// Receives events of other servers, ancestors before what names them; completes when all that is kept of them is durable. None is kept when
    /// it fails. The room itself is <c>M_NOT_FOUND</c> once it is closed.
    /// </summary>
    /// <param name="events">Events that passed the checks that need no room.</param>
    /// <param name="afresh">
    /// Whether what this server knew of the room's present is left behind: no user of it was in the room, and one of the events is a join with the
    /// state before it.
    /// </param>
    /// <param name="cancellationToken">Ends the wait, not the reception.</param>
    /// <param name="partial">For one that begins afresh: that the state before the join is not all of it.</param>
    /// <returns>What became of each, in their order.</returns>
    public async ValueTask<Result<Receipt[]>> ReceiveAsync(
        IReadOnlyList<IncomingEvent> events, bool afresh, CancellationToken cancellationToken, PartialState? partial = null)
    {
        Result<Receipt[]> receipts = MatrixError.NotFound("The room was deleted.");
        var entry = new Interlude(async () =>
        {
            if (!_closed)
                receipts = await TakeInAsync(events, afresh, partial);
        });
        Enqueue(entry);
        await entry.Completion.WaitAsync(cancellationToken);
        return receipts;
    }

    /// <summary>
    /// Makes the state whole that was known in part; completes when that is durable. False when it is not the state at this join that is missing: the
    /// room was left and joined again, or someone else was faster.
    /// </summary>
    /// <param name="join">The join, <see cref="PartialState.Join"/>.</param>
    /// <param name="state">All of the state before it; each event of it is stored.</param>
    /// <param name="cancellationToken">Ends the wait, not the work.</param>
    /// <exception cref="InvalidDataException">Some of the state is not stored, or is of another room.</exception>
    public async ValueTask<bool> CompleteStateAsync(EventId join, IReadOnlyCollection<EventId> state, CancellationToken cancellationToken)
    {
        var done = false;
        var entry = new Interlude(async () =>
        {
            var start = Current;
            if (_closed || start.Partial?.Join != join)
                return;

            var joined = (await _store.FindKnownAsync([join], CancellationToken.None)).Single();
            var append = await new StateCompletion(_store, start, _states.Work(start.Room.Number)).RunAsync(joined, state, CancellationToken.None);
            LargeStates.CollectGarbage(state.Count);
            await StoreAsync(append with { Committed = () => _states.MarkStored(append.State.Names) }, start);
            done = true;
        });
        Enqueue(entry);
        await entry.Completion.WaitAsync(cancellationToken);
        return done;
    }

    /// <summary>
    /// Completes when all of the state is known, or the server has left the room. What needs members that may not be known waits for it.
    /// </summary>
    public Task WholeStateAsync()
    {
        lock (_wholeLock)
        {
            if (IsWhole(Current))
                return Task.CompletedTask;

            _whole ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _whole.Task;
        }
    }

    /// <summary>
    /// Notes a membership in a room that this server does not take part in. False when it takes part after all, and the membership has to come as an
    /// event like others.
    /// </summary>
    public async ValueTask<bool> SetOutOfBandAsync(OutOfBandMembership membership, CancellationToken cancellationToken)
    {
        var done = false;
        var entry = new Interlude(async () =>
        {
            var start = Current;
            if (_closed || start.HasMemberOf(_identity.Name))
                return;

            done = true;
            if (await membership.ToAppendAsync(_store, start, _states.Work(start.Room.Number), CancellationToken.None) is { } append)
                await StoreAsync(append with { Committed = () => _states.MarkStored(append.State.Names) }, start);
        });
        Enqueue(entry);
        await entry.Completion.WaitAsync(cancellationToken);
        return done;
    }

    /// <summary>
    /// Waits for <see cref="WholeStateAsync"/> for as long as a person would: 504 when it takes longer, null when all of the state is known.
    /// </summary>
    public async ValueTask<MatrixError?> AwaitWholeStateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WholeStateAsync().WaitAsync(Patience, _time, cancellationToken);
            return null;
        }
        catch (TimeoutException)
        {
            return MatrixError.Of(504, "M_UNKNOWN", "Not all of the state of the room has come from other servers yet.");
        }
    }

    /// <summary>Takes events that the store has purged out of <see cref="Current"/>, between two changes.</summary>
    internal async ValueTask ForgetAsync(IReadOnlySet<long> positions)
    {
        var entry = new Interlude(() =>
        {
            Volatile.Write(ref _current, _current.Without(positions));
            return ValueTask.CompletedTask;
        });
        Enqueue(entry);
        await entry.Completion;
    }

    /// <summary>
    /// Ends the room unless <paramref name="end"/> says no: it is called between two changes, with the room as it is then, and makes
    /// the end durable. What waits behind it, and every later change, is <c>M_NOT_FOUND</c>.
    /// </summary>
    internal async ValueTask<bool> TryCloseAsync(Func<RoomSnapshot, ValueTask<bool>> end)
    {
        var entry = new Interlude(async () => _closed = _closed || await end(Current));
        Enqueue(entry);
        await entry.Completion;
        return _closed;
    }

    void Enqueue(IEntry entry)
    {
        _mailbox.Enqueue(entry);
        if (Interlocked.Increment(ref _waiting) == 1)
            _ = WorkOffAsync();
    }

    // Whoever finds the mailbox idle sets it going. It runs on its own from the first store commit on, and never throws.
    async Task WorkOffAsync()
    {
        var batch = new List<IChange>();
        IEntry? next = null;
        int taken;
        do
        {
            // Taken out before it is looked at: a queue that was peeked into holds on to everything that it had.
            batch.Clear();
            while (batch.Count < MaxChangesPerAppend && (next is not null || _mailbox.TryDequeue(out next)) && next is IChange change)
            {
                batch.Add(change);
                next = null;
            }

            taken = batch.Count;
            if (taken > 0)
            {
                await ApplyAsync(batch);
            }
            else if (next is Interlude interlude)
            {
                (taken, next) = (1, null);
                await interlude.RunAsync();
            }
        }
        while (Interlocked.Add(ref _waiting, -taken) > 0);
    }

    async Task ApplyAsync(List<IChange> batch)
    {
        if (_closed)
        {
            foreach (var change in batch)
                change.Refuse(MatrixError.NotFound("The room was deleted."));
            return;
        }

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

    async ValueTask StoreAsync(RoomDraft draft) =>
        await StoreAsync(await _states.PlaceAsync(draft.ToAppend(), draft.Start, CancellationToken.None), draft.Start);

    async ValueTask StoreAsync(RoomAppend append, RoomSnapshot start)
    {
        append = append with
        {
            Committed = append.Committed + (() => MoveTo(append)),
            StillApplies = () => ReferenceEquals(_current, start),
        };
        await _store.AppendAsync(append, CancellationToken.None);
    }

    void MoveTo(RoomAppend append)
    {
        foreach (var (stored, stateBefore) in append.Corrections)
        {
            if (_current.FindRecent(stored.EventId) is { } recent)
                recent.StateBefore = stateBefore;
        }

        Volatile.Write(ref _current, _current.After(append));
        lock (_wholeLock)
        {
            if (_whole is not { } waited || !IsWhole(_current))
                return;

            _whole = null;
            waited.SetResult();
        }
    }

    bool IsWhole(RoomSnapshot room) => room.Partial is null || !room.HasMemberOf(_identity.Name);

    async ValueTask<Receipt[]> TakeInAsync(IReadOnlyList<IncomingEvent> events, bool afresh, PartialState? partial)
    {
        // Of two users who join at the same time through other servers, the second finds the first in the room.
        var start = Current;
        var isAfresh = afresh && !start.HasMemberOf(_identity.Name);
        var reception = await Reception.RunAsync(_store, start, _states.Work(start.Room.Number), _forks, events, isAfresh, CancellationToken.None);
        if (reception.HasChanges)
        {
            var append = reception.ToAppend();
            await StoreAsync(
                append with
                {
                    BeginsPartial = isAfresh ? partial : null,
                    EndsPartial = isAfresh && partial is null && start.Partial is not null,
                    Committed = () => _states.MarkStored(append.State.Names),
                },
                start);
        }

        return reception.Receipts.ToArray();
    }

    /// <summary>What waits in the mailbox.</summary>
    interface IEntry;

    interface IChange : IEntry
    {
        /// <summary>Runs the change; false when it was refused or threw, which is kept for <see cref="Complete"/>.</summary>
        ValueTask<bool> TryRunAsync(RoomDraft draft);

        void Complete();

        void Refuse(MatrixError error);

        void Fail(Exception exception);
    }

    /// <summary>What runs alone, between the changes before it and those after it.</summary>
    sealed class Interlude(Func<ValueTask> work) : IEntry
    {
        readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Completion => _completion.Task;

        public async ValueTask RunAsync()
        {
            try
            {
                await work();
                _completion.SetResult();
            }
#pragma warning disable CA1031 // Whoever awaits it gets it, and the mailbox goes on.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _completion.SetException(exception);
            }
        }
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

        public void Refuse(MatrixError error) => _completion.TrySetResult(error);

        public void Fail(Exception exception) => _completion.TrySetException(_failure ?? exception);
    }
}
