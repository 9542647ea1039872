using Hybrid.Native.State;
using Hybrid.Primitives;

namespace Hybrid.Storage.Rooms;

/// <summary>
/// That of the state of a room only what is needed to take part is known: this server has joined it, and the rest is still to come (MSC3706). While it
/// lasts, nothing that other servers send is judged by it (docs/decisions/partial-state.md).
/// </summary>
/// <param name="Join">The join whose state before it is not known in full.</param>
/// <param name="Servers">The servers in the room, as the one says that the join went through, which is the first.</param>
public sealed record PartialState(EventId Join, IReadOnlyList<ServerName> Servers);

/// <summary>That the state before a stored event is another than was thought.</summary>
/// <param name="Event">The event.</param>
/// <param name="StateBefore">Its state map.</param>
public sealed record CorrectedState(StoredEvent Event, StateNodeHash StateBefore);
