using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Sending;

/// <summary>
/// Nobody annotates an event twice with the same key, as long as the first annotation is not redacted:
/// <c>M_DUPLICATE_ANNOTATION</c> (specification, client-server API, "Annotations").
/// </summary>
public sealed class DuplicateAnnotationCheck(IRoomStore store)
{
    internal async ValueTask<MatrixError?> CheckAsync(RoomDraft draft, EventProposal proposal, CancellationToken cancellationToken)
    {
        if (proposal.StateKey is not null
            || EventFields.Read(proposal.Content.Span) is not { RelationType: "m.annotation", RelatesTo: { } parent }
            || Key(proposal.Content) is not { } key)
        {
            return null;
        }

        var query = new AnnotationQuery(draft.Room.RoomId, parent, proposal.Sender, proposal.Type, key);
        var isDuplicate = draft.Events.Any(pending => IsMatch(pending, query)) || await store.HasAnnotationAsync(query, cancellationToken);
        return isDuplicate ? MatrixError.Of(400, "M_DUPLICATE_ANNOTATION", "You have annotated this event with this key already.") : null;
    }

    static bool IsMatch(StoredEvent pending, AnnotationQuery query) =>
        pending.RelatesTo == query.Parent && pending.RelationType == "m.annotation" && pending.StateKey is null
        && pending.Sender == query.Sender && pending.Type == query.EventType && Key(pending.Content()) == query.Key;

    static string? Key(ReadOnlyMemory<byte> content)
    {
        using var document = JsonDocument.Parse(content);
        return document.RootElement.GetProperty("m.relates_to").TryGetProperty("key", out var key) && key.ValueKind == JsonValueKind.String
            ? key.GetString()
            : null;
    }
}
