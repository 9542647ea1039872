using Hybrid.Native;
using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;
using StateKey = Hybrid.Storage.Rooms.StateKey;

namespace Hybrid.Rooms.Receiving;

/// <summary>The three questions whether an event of another server is allowed (specification, "Checks performed on receipt of a PDU", 4 to 6).</summary>
/// <param name="version">The room version.</param>
sealed class ReceivedRules(string version)
{
    readonly bool _createIsImplied = RoomVersions.Find(version)!.RoomIdIsCreateHash;

    /// <summary>Why what the event names as authorizing it does not authorize it; null when it does.</summary>
    /// <param name="incoming">The event.</param>
    /// <param name="known">All events that are known by ID; the named ones must be among them.</param>
    /// <param name="create">The room's create event, for versions in which events do not name it.</param>
    public string? CheckAuthEvents(IncomingEvent incoming, IReadOnlyDictionary<EventId, StoredEvent> known, StoredEvent? create)
    {
        var evidence = new List<ReadOnlyMemory<byte>>(incoming.Links.AuthEvents.Count + 1);
        foreach (var id in incoming.Links.AuthEvents)
        {
            var authorizing = known[id];
            if (authorizing.Standing == EventStanding.Rejected)
                return $"{id}, which should authorize it, was rejected.";
            if (authorizing.RoomId != incoming.Event.RoomId)
                return $"{id}, which should authorize it, is of another room.";
            evidence.Add(authorizing.Json);
        }

        if (_createIsImplied && create is not null && incoming.Event.EventId != create.EventId)
            evidence.Add(create.Json);
        return Check(incoming.Event, evidence);
    }

    /// <summary>Why a state does not allow the event; null when it does.</summary>
    public async ValueTask<string?> CheckStateAsync(StoredEvent stored, StateWork work, StateNodeHash state, CancellationToken cancellationToken)
    {
        List<StateKey> keys = [.. EventAuthorization.AuthTypes(version, stored.Json.Span).Select(static key => new StateKey(key.Type, key.Key))];
        if (_createIsImplied)
            keys.Add(new StateKey("m.room.create", ""));
        var values = await work.FindAsync(state, keys, cancellationToken);
        return Check(stored, [.. values.OfType<StoredEvent>().Where(value => value.EventId != stored.EventId).Select(static value => value.Json)]);
    }

    string? Check(StoredEvent stored, List<ReadOnlyMemory<byte>> evidence)
    {
        try
        {
            var verdict = EventAuthorization.Check(version, stored.Json.Span, evidence);
            return verdict.Allowed ? null : verdict.Reason ?? "The rules of the room do not allow it.";
        }
        catch (NativeException exception)
        {
            return exception.Message;
        }
    }
}
