using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;
using StateKey = Hybrid.Storage.Rooms.StateKey;

namespace Hybrid.Federation.Reading;

/// <summary>
/// What of a room's events a server in it gets to see. Where history is for those who were there, a server gets an event whole if one of its users was, and
/// redacted if not: it needs the event's place in the graph in any case (specification, "Room history visibility").
/// </summary>
public sealed class ServerVisibility(RoomStates states, IErasedUsers? erasedUsers = null)
{
    static readonly StateKey[] Setting = [new("m.room.history_visibility", "")];

    /// <summary>The events, all of this room, in their order; those that the server may not see as other objects, redacted.</summary>
    public async ValueTask<IReadOnlyList<StoredEvent>> FilterAsync(
        RoomSnapshot room, IReadOnlyList<StoredEvent> events, ServerName server, CancellationToken cancellationToken)
    {
        var erased = erasedUsers is null ? null : await erasedUsers.ReadAsync(cancellationToken);
        var hidden = await FindHiddenAsync(room, events, server, cancellationToken);
        return [.. events.Select(stored => hidden.Contains(stored.EventId) || IsErased(stored) ? stored.Pruned(room.Version) : stored)];

        bool IsErased(StoredEvent stored) => erased is { Count: > 0 } && EventVisibility.IsErased(stored, erased);
    }

    async ValueTask<HashSet<EventId>> FindHiddenAsync(RoomSnapshot room, IReadOnlyList<StoredEvent> events, ServerName server, CancellationToken cancellationToken)
    {
        // Where the state before an event is not known, nothing says that it may be seen; state itself is shown to every server in the room.
        HashSet<EventId> hidden = [.. events.Where(static stored => !HasState(stored) && !stored.IsState).Select(static stored => stored.EventId)];
        var known = events.Where(HasState).ToList();
        var settings = await states.FindAsync(room.Room, known.Select(static stored => stored.StateBefore), Setting, cancellationToken);
        var restricted = known.Where(stored => IsRestricted(stored, settings[stored.StateBefore][0])).ToList();
        if (restricted.Count == 0)
            return hidden;

        StateKey[] members = [.. room.State.Keys.Where(key => key.Type == "m.room.member" && UserId.TryParse(key.Key, out var member) && member.Server == server)];
        var memberships = await states.FindAsync(room.Room, restricted.Select(static stored => stored.StateBefore), members, cancellationToken);
        foreach (var stored in restricted)
        {
            var invited = RoomSnapshot.ParseVisibility(settings[stored.StateBefore][0]) == HistoryVisibility.Invited;
            var isOwn = stored.Sender.Server == server || (stored.Type == "m.room.member" && UserId.TryParse(stored.StateKey, out var target) && target.Server == server);
            if (!isOwn && !memberships[stored.StateBefore].Any(member => member?.Membership == "join" || (invited && member?.Membership == "invite")))
                hidden.Add(stored.EventId);
        }

        return hidden;
    }

    static bool HasState(StoredEvent stored) => stored is { IsOutlier: false, Standing: not EventStanding.Rejected };

    // A change of visibility is seen by those whom either side of it lets see.
    static bool IsRestricted(StoredEvent stored, StoredEvent? setting) =>
        IsRestricted(setting) && !(stored is { Type: "m.room.history_visibility", StateKey: "" } && !IsRestricted(stored));

    static bool IsRestricted(StoredEvent? setting) => RoomSnapshot.ParseVisibility(setting) is HistoryVisibility.Invited or HistoryVisibility.Joined;
}
