using System.Collections.Concurrent;

namespace Hybrid.Durability.Tests.Federated;

/// <summary>An event that a server acknowledged to its sender.</summary>
/// <param name="RoomId">Its room.</param>
/// <param name="EventId">The event.</param>
/// <param name="Sender">Who sent it.</param>
/// <param name="Begun">When the sender began to send it.</param>
sealed record AcknowledgedEvent(string RoomId, string EventId, string Sender, DateTimeOffset Begun);

/// <summary>What servers acknowledged, and what went wrong meanwhile.</summary>
sealed class Ledger
{
    readonly ConcurrentQueue<AcknowledgedEvent> _events = new();
    readonly ConcurrentDictionary<(string Sender, string Target), int> _toDevice = new();
    readonly ConcurrentDictionary<(string RoomId, string Type, string StateKey), string> _state = new();
    readonly ConcurrentDictionary<(string RoomId, string UserId), string> _receipts = new();
    readonly ConcurrentDictionary<string, string> _invitations = new();
    readonly ConcurrentQueue<string> _faults = new();

    public IReadOnlyCollection<AcknowledgedEvent> Events => _events;

    /// <summary>How many to-device messages of a sender to a target were acknowledged: they are numbered from 0.</summary>
    public IReadOnlyDictionary<(string Sender, string Target), int> ToDevice => _toDevice;

    /// <summary>What was acknowledged last of state that one user alone sets: a membership, or a mark.</summary>
    public IReadOnlyDictionary<(string RoomId, string Type, string StateKey), string> State => _state;

    /// <summary>The latest event that each user was told to have read.</summary>
    public IReadOnlyDictionary<(string RoomId, string UserId), string> Receipts => _receipts;

    /// <summary>Whom the server of a room's maker invited there.</summary>
    public IReadOnlyDictionary<string, string> Invitations => _invitations;

    public ConcurrentQueue<string> Faults => _faults;

    public void Add(AcknowledgedEvent acknowledged) => _events.Enqueue(acknowledged);

    public void SentToDevice(string sender, string target) => _toDevice.AddOrUpdate((sender, target), 1, static (_, count) => count + 1);

    public void Set(string roomId, string type, string stateKey, string value) => _state[(roomId, type, stateKey)] = value;

    public void Invited(string roomId, string userId) => _invitations[roomId] = userId;

    public void Read(string roomId, string userId, string eventId) => _receipts[(roomId, userId)] = eventId;

    public void Fault(string what) => _faults.Enqueue(what);
}
