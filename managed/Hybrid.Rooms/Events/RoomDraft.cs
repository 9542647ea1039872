using System.Collections.Immutable;
using System.Text;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;
using StateKey = Hybrid.Storage.Rooms.StateKey;

namespace Hybrid.Rooms.Events;

/// <summary>
/// A room with changes that are not stored yet. Each proposal becomes an event on top of the ones before it: placed in the
/// graph, sealed natively, and authorized natively against the state that the draft has reached.
/// </summary>
public sealed class RoomDraft
{
    const int MaxNameBytes = 255;

    readonly ServerIdentity _identity;
    readonly TimeProvider _time;
    Progress _progress;

    internal RoomDraft(RoomSnapshot start, ServerIdentity identity, TimeProvider time)
    {
        Start = start;
        _identity = identity;
        _time = time;
        Room = start.Room;
        _progress = new Progress(start.State, start.ForwardExtremities, start.Depth, [], []);
    }

    /// <summary>The room before the draft.</summary>
    public RoomSnapshot Start { get; }

    /// <summary>The room; of a new room of version 12 or later the ID is known once its create event is added.</summary>
    public RoomRecord Room { get; private set; }

    /// <summary>The events that the draft adds, oldest first.</summary>
    public IReadOnlyList<StoredEvent> Events => _progress.Events;

    /// <summary>The ends of the event graph as the draft has them.</summary>
    public IReadOnlyList<EventId> ForwardExtremities => _progress.Extremities;

    /// <summary>The redactions that the draft applies.</summary>
    public IReadOnlyList<AppliedRedaction> Redactions => _progress.Redactions;

    /// <summary>The state event at this type and key as the draft has it.</summary>
    public StoredEvent? Find(string type, string stateKey = "") => _progress.State.GetValueOrDefault(new StateKey(type, stateKey));

    /// <summary>All state events of a type as the draft has them, in no particular order.</summary>
    public IEnumerable<StoredEvent> OfType(string type) => _progress.State.Values.Where(stored => stored.Type == type);

    /// <summary>The membership of a user as the draft has it.</summary>
    public string? MembershipOf(UserId userId) => Find("m.room.member", userId.Value)?.Membership;

    /// <summary>Adds an event. A state event that says what is said already is not added again: the existing one is returned.</summary>
    public Result<StoredEvent> Add(EventProposal proposal)
    {
        if (Encoding.UTF8.GetByteCount(proposal.Type) > MaxNameBytes)
            return MatrixError.TooLarge("The event type is longer than 255 bytes.");
        if (proposal.StateKey is { } key && Encoding.UTF8.GetByteCount(key) > MaxNameBytes)
            return MatrixError.TooLarge("The state key is longer than 255 bytes.");

        try
        {
            return Repeated(proposal) ?? Seal(proposal);
        }
        catch (NativeException exception)
        {
            return exception.Status == NativeStatus.EventTooLarge
                ? MatrixError.TooLarge("The event is larger than 65536 bytes.")
                : MatrixError.BadJson($"The content cannot be an event: {exception.Message}");
        }
    }

    internal Progress Mark() => _progress;

    internal void Revert(Progress mark) => _progress = mark;

    internal RoomAppend ToAppend() => new(Room.RoomId, _progress.Events, _progress.Extremities) { Redactions = _progress.Redactions };

    StoredEvent? Repeated(EventProposal proposal)
    {
        if (proposal.StateKey is not { } stateKey || Find(proposal.Type, stateKey) is not { } existing || existing.Sender != proposal.Sender)
            return null;

        return existing.RedactedBy is null && CanonicalJson.Canonicalize(proposal.Content.Span).AsSpan().SequenceEqual(existing.Content().Span) ? existing : null;
    }

    Result<StoredEvent> Seal(EventProposal proposal)
    {
        var traits = RoomVersions.Find(Room.Version)!;
        var isHashNamedCreate = traits.RoomIdIsCreateHash && proposal is { Type: "m.room.create", StateKey: "" } && _progress.State.IsEmpty;
        RoomId? roomId = isHashNamedCreate ? null : Room.RoomId;
        var originServerTs = proposal.OriginServerTs ?? _time.GetUtcNow().ToUnixTimeMilliseconds();
        var placed = PlacedTemplate.Write(
            traits, proposal, roomId, originServerTs, key => _progress.State.GetValueOrDefault(key),
            id => _progress.Events.Find(entry => entry.EventId == id) ?? Start.FindRecent(id), EventTemplates.ChooseId(traits, _identity.Name),
            _progress.Extremities, _progress.Depth);
        var sealedEvent = EventCodec.Seal(Room.Version, placed.Json.Span, _identity.Name.Value, _identity.Key);
        var verdict = EventAuthorization.Check(Room.Version, sealedEvent.Json, placed.Evidence);
        if (!verdict.Allowed)
            return MatrixError.Forbidden(verdict.Reason ?? "The rules of the room do not allow this.");

        if (isHashNamedCreate)
            Room = Room with { RoomId = RoomId.Parse("!" + sealedEvent.EventId[1..]) };
        var stored = Index(proposal, sealedEvent, originServerTs, placed.Depth);
        _progress = _progress.With(stored, RedactionOf(proposal, stored));
        return stored;
    }

    StoredEvent Index(EventProposal proposal, SealedEvent sealedEvent, long originServerTs, long depth)
    {
        var fields = EventFields.Read(proposal.Content.Span);
        return new StoredEvent
        {
            EventId = EventId.Parse(sealedEvent.EventId),
            RoomId = Room.RoomId,
            Type = proposal.Type,
            StateKey = proposal.StateKey,
            Sender = proposal.Sender,
            OriginServerTs = originServerTs,
            Depth = depth,
            Json = sealedEvent.Json,
            ReplacesState = proposal.StateKey is { } stateKey ? Find(proposal.Type, stateKey)?.EventId : null,
            Redacts = proposal.RedactionTarget?.EventId,
            RelatesTo = fields.RelatesTo,
            RelationType = fields.RelationType,
            Membership = proposal.Type == "m.room.member" && proposal.StateKey is not null ? fields.Membership : null,
            Transaction = proposal.Transaction,
        };
    }

    AppliedRedaction? RedactionOf(EventProposal proposal, StoredEvent redaction) =>
        proposal.RedactionTarget is not { RedactedBy: null } target
            ? null
            : new AppliedRedaction(target.EventId, EventCodec.Redact(Room.Version, target.Json.Span), redaction.EventId)
            {
                TargetState = target.StateKey is { } stateKey ? new StateKey(target.Type, stateKey) : null,
            };

    /// <summary>How far the draft has come. Immutable, so that a change that fails half-way is undone by going back to a mark.</summary>
    internal sealed record Progress(
        ImmutableDictionary<StateKey, StoredEvent> State, IReadOnlyList<EventId> Extremities, long Depth,
        ImmutableList<StoredEvent> Events, ImmutableList<AppliedRedaction> Redactions)
    {
        public Progress With(StoredEvent added, AppliedRedaction? redaction)
        {
            var state = added.StateKey is { } key ? State.SetItem(new StateKey(added.Type, key), added) : State;
            if (redaction?.TargetState is { } target && state.TryGetValue(target, out var value) && value.EventId == redaction.Target)
                state = state.SetItem(target, value.Redacted(redaction));
            return new Progress(state, [added.EventId], added.Depth, Events.Add(added), redaction is null ? Redactions : Redactions.Add(redaction));
        }
    }
}
