using Hybrid.Federation.Events;
using Hybrid.Federation.Remote;
using Hybrid.Primitives;
using Hybrid.Primitives.Concurrency;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Federation.Reading;

/// <summary>The state before an event, with all that authorizes it.</summary>
public sealed record StateAt(IReadOnlyCollection<StoredEvent> State, IReadOnlyCollection<StoredEvent> AuthChain);

/// <summary>The same by IDs.</summary>
public sealed record StateIdsAt(IReadOnlyList<EventId> State, IReadOnlyList<EventId> AuthChain);

/// <summary>All that authorizes an event.</summary>
public sealed record ChainAt(IReadOnlyCollection<StoredEvent> Events);

/// <summary>
/// The state of rooms as other servers ask for it. That of a large room is work: of one server, little is done at a time, and what is asked for often is
/// remembered for a moment.
/// </summary>
public sealed class StateReads(RoomReads reads, RoomStates states, AuthChains chains, TimeProvider time)
{
    const int AtOnce = 2;
    const int Waiting = 20;

    readonly KeyedSlots<ServerName> _slots = new(AtOnce, Waiting);
    readonly AnswerCache<(RoomId RoomId, EventId EventId), StateIdsAt> _ids = new(time, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1), 50);

    /// <summary>The state before an event; <c>M_NOT_FOUND</c> for an event that this server does not have, or whose state it does not know.</summary>
    public async ValueTask<Result<StateAt>> ReadAsync(ServerName server, RoomId roomId, EventId eventId, CancellationToken cancellationToken)
    {
        if (!(await reads.OpenAsync(server, roomId, cancellationToken)).TryGet(out var room, out var error))
            return error;

        using var turn = await _slots.TryEnterAsync(server, cancellationToken);
        return turn is null ? TooMuch() : await ReadAsync(room, eventId, cancellationToken);
    }

    /// <summary>As <see cref="ReadAsync(ServerName, RoomId, EventId, CancellationToken)"/>, by IDs.</summary>
    public async ValueTask<Result<StateIdsAt>> ReadIdsAsync(ServerName server, RoomId roomId, EventId eventId, CancellationToken cancellationToken)
    {
        if (!(await reads.OpenAsync(server, roomId, cancellationToken)).TryGet(out var room, out var error))
            return error;

        using var turn = await _slots.TryEnterAsync(server, cancellationToken);
        return turn is null ? TooMuch() : await _ids.GetAsync((roomId, eventId), () => ReadIdsAsync(room, eventId), cancellationToken);
    }

    /// <summary>All that authorizes an event; <c>M_NOT_FOUND</c> for one that this server does not have, or has rejected.</summary>
    public async ValueTask<Result<ChainAt>> ReadAuthChainAsync(
        ServerName server, RoomId roomId, EventId eventId, CancellationToken cancellationToken)
    {
        if (!(await reads.OpenAsync(server, roomId, cancellationToken)).TryGet(out var room, out var error))
            return error;
        if (!(await reads.FindAsync(room, eventId, cancellationToken)).TryGet(out var found, out error))
            return error;

        using var turn = await _slots.TryEnterAsync(server, cancellationToken);
        return turn is null ? TooMuch() : new ChainAt(await chains.ReadAsync([found.Event], cancellationToken));
    }

    async ValueTask<Result<StateAt>> ReadAsync(RoomSnapshot room, EventId eventId, CancellationToken cancellationToken)
    {
        if (!(await reads.FindAsync(room, eventId, cancellationToken)).TryGet(out var found, out var error))
            return error;
        if (!found.Event.IsPlaced || room.Partial is not null)
            return MatrixError.NotFound("This server does not know the state at the event.");

        StoredEvent[] state = [.. await states.ReadBeforeAsync(room, found.Event, cancellationToken)];
        return new StateAt(state, await chains.ReadAsync(state, cancellationToken));
    }

    async Task<Result<StateIdsAt>> ReadIdsAsync(RoomSnapshot room, EventId eventId) =>
        (await ReadAsync(room, eventId, CancellationToken.None)).TryGet(out var read, out var error)
            ? new StateIdsAt([.. read.State.Select(static stored => stored.EventId)], [.. read.AuthChain.Select(static stored => stored.EventId)])
            : error;

    static MatrixError TooMuch() => MatrixError.LimitExceeded(TimeSpan.FromSeconds(1));
}
