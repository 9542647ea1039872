using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Sending;

/// <summary>
/// A user reacts to an event once with the same event type and key: <c>M_DUPLICATE_ANNOTATION</c> the second time, unless the first
/// one was redacted (specification, client-server API, "Avoiding duplicate annotations").
/// </summary>
public sealed class DuplicateAnnotations(IRoomStore store)
{
    /// <summary>Null for what is no annotation, or a new one. Asked inside the room's mailbox, so that of two at once one is the second.</summary>
    internal async ValueTask<MatrixError?> CheckAsync(RoomDraft draft, EventProposal proposal, CancellationToken cancellationToken)
    {
        if (proposal.StateKey is not null || Read(proposal.Content.Span) is not { } wanted)
            return null;

        var stored = await store.FindAnnotationsAsync(wanted.Parent, proposal.Sender, proposal.Type, cancellationToken);
        var pending = draft.Events.Where(added =>
            added.RelatesTo == wanted.Parent && added.RelationType == "m.annotation" && added.Sender == proposal.Sender && added.Type == proposal.Type);
        var redacted = draft.Redactions.Select(static redaction => redaction.Target).ToHashSet();
        return stored.Concat(pending).Any(other => !redacted.Contains(other.EventId) && Read(other.Content().Span) == wanted)
            ? MatrixError.Of(400, "M_DUPLICATE_ANNOTATION", "You have sent this annotation already.")
            : null;
    }

    static Annotation? Read(ReadOnlySpan<byte> content)
    {
        // Nearly every event is none, and a search costs less than reading it. Escapes could spell the word otherwise.
        if (content.IndexOf("m.annotation"u8) < 0 && !content.Contains((byte)'\\'))
            return null;

        var reader = new Utf8JsonReader(content);
        using var document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.TryGetProperty("m.relates_to", out var relation) && relation.ValueKind == JsonValueKind.Object
            && Text(relation, "rel_type") == "m.annotation" && Text(relation, "key") is { } key && EventId.TryParse(Text(relation, "event_id"), out var parent)
                ? new Annotation(parent, key)
                : null;
    }

    static string? Text(JsonElement relation, string name) =>
        relation.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    readonly record struct Annotation(EventId Parent, string Key);
}
