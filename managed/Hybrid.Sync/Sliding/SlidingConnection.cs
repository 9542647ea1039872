using System.Collections.Immutable;
using Hybrid.Primitives;
using Hybrid.Storage.Sliding;

namespace Hybrid.Sync.Sliding;

/// <summary>
/// A connection: what its client is known to have, and what it has if the last answer arrived. A client that comes back with the
/// position before that did not get it, and is answered from the state before.
/// </summary>
sealed class SlidingConnection
{
    // A client that asks for state in more ways than this starts over.
    const int MaxStateTerms = 64;

    readonly Lock _lock = new();
    readonly List<string> _stateTerms;
    readonly Dictionary<string, RequiredState> _parsed = new(StringComparer.Ordinal);
    ImmutableDictionary<RoomId, SlidingRoom> _rooms;
    ImmutableDictionary<RoomId, SlidingRoom> _pendingRooms;
    long _acknowledged;
    long _pending;
    long _last;
    ConnectionTurn? _turn;

    public SlidingConnection(SlidingConnectionRecord record)
    {
        Number = record.Number;
        _acknowledged = record.Acknowledged;
        _pending = record.Pending;
        _last = Math.Max(record.Acknowledged, record.Pending);
        _stateTerms = [.. record.StateTerms];
        _rooms = record.Rooms.ToImmutableDictionary(static room => room.RoomId);
        _pendingRooms = _rooms.SetItems(record.Changes.Select(static room => KeyValuePair.Create(room.RoomId, room)));
    }

    public long Number { get; }

    /// <summary>How many rooms it remembers.</summary>
    public int RoomCount => Volatile.Read(ref _pendingRooms).Count;

    /// <summary>When it was last used; see <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long LastUsed { get; set; }

    /// <summary>The lists of the last answer; see <see cref="RoomWindows"/>.</summary>
    public RoomWindows? Windows { get; set; }

    /// <summary>
    /// Begins a turn at a state of the connection, and ends the one before: a client has one request under way (MSC4186,
    /// "Connections"). Null when the client cannot go on from there.
    /// </summary>
    public ConnectionTurn? Begin(long state)
    {
        lock (_lock)
        {
            if (state == _pending)
                (_acknowledged, _rooms) = (_pending, _pendingRooms);
            else if (state == _acknowledged)
                (_pending, _pendingRooms) = (_acknowledged, _rooms);
            else
                return null;

            return _turn = new ConnectionTurn(this, state, _rooms) { TookOver = _turn is not null };
        }
    }

    internal bool IsCurrent(ConnectionTurn turn) => ReferenceEquals(Volatile.Read(ref _turn), turn);

    internal void End(ConnectionTurn turn) => Interlocked.CompareExchange(ref _turn, null, turn);

    /// <summary>The state that the client is in after the turn, to be stored; null when the turn changed nothing, or another one has begun.</summary>
    internal SlidingStep? Commit(ConnectionTurn turn, IReadOnlyCollection<SlidingRoom> changes)
    {
        lock (_lock)
        {
            if (!IsCurrent(turn) || changes.Count == 0)
                return null;

            _pending = ++_last;
            _pendingRooms = _rooms.SetItems(changes.Select(static room => KeyValuePair.Create(room.RoomId, room)));
            return new SlidingStep(Number, _acknowledged, _pending, [.. _stateTerms], [.. changes]);
        }
    }

    /// <summary>By which number rooms refer to these terms.</summary>
    internal int IndexOf(RequiredState state)
    {
        lock (_lock)
        {
            var index = _stateTerms.IndexOf(state.Text);
            if (index < 0)
            {
                index = FindPlace();
                if (index == _stateTerms.Count)
                    _stateTerms.Add(state.Text);
                else
                    _stateTerms[index] = state.Text;
            }

            return index;
        }
    }

    /// <summary>The terms of a number.</summary>
    internal RequiredState StateTerms(int index)
    {
        lock (_lock)
        {
            var text = _stateTerms[index];
            if (!_parsed.TryGetValue(text, out var parsed))
            {
                if (_parsed.Count >= MaxStateTerms)
                    _parsed.Clear();
                _parsed.Add(text, parsed = RequiredState.Parse(text));
            }

            return parsed;
        }
    }

    internal bool Has(int index, RequiredState state)
    {
        lock (_lock)
            return _stateTerms[index] == state.Text;
    }

    int FindPlace()
    {
        if (_stateTerms.Count < MaxStateTerms)
            return _stateTerms.Count;

        var used = _rooms.Values.Concat(_pendingRooms.Values).Select(static room => room.StateTerms).ToHashSet();
        for (var i = 0; i < _stateTerms.Count; i++)
        {
            if (!used.Contains(i))
                return i;
        }

        throw SlidingRequestReader.UnknownPosition();
    }
}

/// <summary>One request on a connection: the rooms as the client has them, and what the answer changes of that.</summary>
sealed class ConnectionTurn(SlidingConnection connection, long state, ImmutableDictionary<RoomId, SlidingRoom> rooms)
{
    readonly Dictionary<RoomId, SlidingRoom> _changes = [];

    public SlidingConnection Connection => connection;

    /// <summary>The state that the client came with.</summary>
    public long State => state;

    /// <summary>Rooms as the client has them.</summary>
    public ImmutableDictionary<RoomId, SlidingRoom> Rooms => rooms;

    /// <summary>Whether a request was under way that this one ended.</summary>
    public bool TookOver { get; init; }

    /// <summary>Whether no other request has taken over.</summary>
    public bool IsCurrent => connection.IsCurrent(this);

    public IReadOnlyCollection<SlidingRoom> Changes => _changes.Values;

    /// <summary>The room as it will be for the client, as far as this turn has come.</summary>
    public SlidingRoom? Find(RoomId roomId) => _changes.GetValueOrDefault(roomId) ?? rooms.GetValueOrDefault(roomId);

    public void Change(SlidingRoom room)
    {
        if (!Equals(Find(room.RoomId), room))
            _changes[room.RoomId] = room;
    }

    /// <summary>Forgets the changes, to look again.</summary>
    public void Reset() => _changes.Clear();

    /// <summary>The request is answered, or has gone.</summary>
    public void End() => connection.End(this);
}
