using Hybrid.Primitives;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Sending;

/// <summary>Sends message events, state events and redactions for local users (specification, "Sending events to a room").</summary>
public sealed class EventSending(RoomRegistry rooms, IRoomStore store, CanonicalAliasCheck aliases, DuplicateAnnotationCheck annotations)
{
    /// <summary>Sends an event; a transaction ID that was used before gives the event that it sent then.</summary>
    public async ValueTask<Result<EventId>> SendAsync(RoomId roomId, EventProposal proposal, CancellationToken cancellationToken)
    {
        if (await rooms.FindAsync(roomId, cancellationToken) is not { } room)
            return NotInRoom(proposal.Sender);
        if (proposal is { Type: "m.room.member", StateKey: not null })
            return MatrixError.Forbidden("Memberships are changed through their own path.");
        if (proposal is { Type: "m.room.canonical_alias", StateKey: "" })
        {
            var previous = room.Current.Find("m.room.canonical_alias")?.Content();
            if (await aliases.CheckAsync(roomId, proposal.Content, previous, cancellationToken) is { } refused)
                return refused;
        }

        return await room.ChangeAsync(
            async (draft, token) =>
            {
                if (proposal.Transaction is { } transaction && await FindSentAsync(draft, proposal.Type, transaction, token) is { } sent)
                    return sent;

                return await annotations.CheckAsync(draft, proposal, token) is { } duplicate ? duplicate : Added(draft, proposal);
            },
            cancellationToken);
    }

    /// <summary>
    /// Redacts an event: one's own, or anyone's with the room's redact level. Unknown targets are <c>M_NOT_FOUND</c>.
    /// </summary>
    public async ValueTask<Result<EventId>> RedactAsync(
        RoomId roomId, EventId target, EventProposal redaction, CancellationToken cancellationToken)
    {
        if (await rooms.FindAsync(roomId, cancellationToken) is not { } room)
            return NotInRoom(redaction.Sender);

        return await room.ChangeAsync<EventId>(
            async (draft, token) =>
            {
                if (redaction.Transaction is { } transaction && await FindSentAsync(draft, redaction.Type, transaction, token) is { } sent)
                    return sent;
                if (draft.MembershipOf(redaction.Sender) != "join")
                    return NotInRoom(redaction.Sender);

                var found = draft.Events.FirstOrDefault(entry => entry.EventId == target) ?? await store.FindEventAsync(target, token);
                if (found is null || found.RoomId != roomId)
                    return MatrixError.NotFound("There is no such event in this room.");
                if (found.Sender != redaction.Sender && room.Current.PowerLevels.Of(redaction.Sender) < room.Current.PowerLevels.Redact)
                    return MatrixError.Forbidden("Redacting events of others takes a higher power level.");

                return Added(draft, redaction with { RedactionTarget = found });
            },
            cancellationToken);
    }

    static Result<EventId> Added(RoomDraft draft, EventProposal proposal) =>
        draft.Add(proposal).TryGet(out var added, out var error) ? added.EventId : error;

    static MatrixError NotInRoom(UserId sender) => MatrixError.Forbidden($"{sender} is not in this room.");

    async ValueTask<EventId?> FindSentAsync(RoomDraft draft, string type, SendingTransaction transaction, CancellationToken cancellationToken)
    {
        foreach (var pending in draft.Events)
        {
            if (pending.Type == type && pending.Transaction == transaction)
                return pending.EventId;
        }

        return await store.FindTransactionAsync(draft.Room.RoomId, type, transaction, cancellationToken);
    }
}
