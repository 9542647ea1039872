using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Policies;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Timeline;

/// <summary>Who looks at events. The device decides which transaction IDs are shown.</summary>
public sealed record EventViewer(UserId UserId, DeviceId? DeviceId)
{
    /// <summary>Whom the viewer ignores (specification, "Ignoring Users").</summary>
    public IgnoredSet Ignored { get; init; } = IgnoredSet.None;

    /// <summary>Whether the event is one that the viewer does not want to see. State events are seen whoever sent them.</summary>
    public bool Ignores(StoredEvent stored) => !Ignored.IsEmpty && !stored.IsState && Ignored.Contains(stored.Sender);
}

/// <summary>
/// Turns stored events into what clients see (specification, "Room event format"): the bytes of the event that clients may
/// know, and <c>unsigned</c> for the one who looks. What depends on no viewer is built once per event.
/// </summary>
public sealed class ClientEventFormatter(
    IRoomStore store, IMembershipStore memberships, MembershipIndex index, RoomRegistry rooms, EventVisibility visibility, TimeProvider time)
{
    readonly EventContextReader _contexts = new(store);

    /// <summary>
    /// Gathers what <c>unsigned</c> says about <paramref name="events"/>, with a bounded number of queries per room and mostly
    /// none. The events must be visible to the viewer; what is shown around them is checked here.
    /// </summary>
    public async ValueTask<PreparedEvents> PrepareAsync(
        IReadOnlyList<StoredEvent> events, EventViewer viewer, CancellationToken cancellationToken)
    {
        var views = new Dictionary<StoredEvent, EventView>(events.Count, ReferenceEqualityComparer.Instance);
        if (events.Count > 0 && IsOneRoom(events))
            await PrepareRoomAsync(events[0].RoomId, events, viewer, views, cancellationToken);
        else
        {
            foreach (var room in events.GroupBy(static stored => stored.RoomId))
                await PrepareRoomAsync(room.Key, [.. room], viewer, views, cancellationToken);
        }

        return new PreparedEvents(views, viewer, time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    /// <summary>Writes the event as stripped state: content, sender, state key and type (specification, "Stripped state").</summary>
    public static void WriteStripped(Utf8JsonWriter writer, StoredEvent stored)
    {
        var json = stored.Json.Span;
        var fields = PduFields.Read(json);
        writer.WriteStartObject();
        writer.WritePropertyName("content"u8);
        writer.WriteRawValue(json[fields.Content], skipInputValidation: true);
        writer.WriteString("sender"u8, stored.Sender.Value);
        writer.WriteString("state_key"u8, stored.StateKey ?? "");
        writer.WriteString("type"u8, stored.Type);
        writer.WriteEndObject();
    }

    static bool IsOneRoom(IReadOnlyList<StoredEvent> events)
    {
        for (var i = 1; i < events.Count; i++)
        {
            if (events[i].RoomId != events[0].RoomId)
                return false;
        }

        return true;
    }

    async ValueTask PrepareRoomAsync(
        RoomId roomId, IReadOnlyList<StoredEvent> events, EventViewer viewer, Dictionary<StoredEvent, EventView> views,
        CancellationToken cancellationToken)
    {
        var room = await rooms.FindAsync(roomId, cancellationToken)
            ?? throw new InvalidOperationException($"Events of the room {roomId} are shown, but the room is not stored.");
        var snapshot = room.Current;
        await _contexts.ReadAsync(events, snapshot.LatestRelationPosition, cancellationToken);
        var own = viewer.Ignored.IsEmpty ? null : await _contexts.ReadWithoutAsync(events, () => viewer.Ignored.In(snapshot), cancellationToken);

        List<StoredEvent>? around = null;
        List<EventId>? threads = null;
        foreach (var stored in events)
        {
            if (ContextOf(stored) is not { } context)
                continue;

            Add(context.Previous);
            Add(context.Redaction);
            Add(context.Relations?.Replacement);
            Add(context.Relations?.LatestReply);
            Add(context.LatestReplyEdit);
            if (context.Relations is { ThreadCount: > 0 })
                (threads ??= []).Add(stored.EventId);
        }

        var shown = new Dictionary<EventId, StoredEvent>();
        foreach (var visible in around is null ? [] : await visibility.FilterAsync(snapshot, around, viewer.UserId, cancellationToken))
            shown[visible.EventId] = visible;
        var participated = threads is null ? null : await store.FindParticipatedThreadsAsync(threads, viewer.UserId, cancellationToken);
        var membership = await ReadMembershipsAsync(roomId, events, around, viewer.UserId, cancellationToken);
        foreach (var stored in events)
            views[stored] = View(stored, ContextOf(stored));

        EventContext? ContextOf(StoredEvent stored) => own?.GetValueOrDefault(stored.EventId) ?? ClientForm.Of(stored).Context;

        void Add(StoredEvent? stored)
        {
            if (stored is not null)
                (around ??= []).Add(stored);
        }

        EventView View(StoredEvent stored, EventContext? context) => new(stored, membership.At(stored.Position))
        {
            Previous = Shown(context?.Previous),
            Redaction = Nested(context?.Redaction, null),
            Replacement = Nested(context?.Relations?.Replacement, null),
            LatestReply = Nested(context?.Relations?.LatestReply, context?.LatestReplyEdit),
            ThreadCount = context?.Relations?.ThreadCount ?? 0,
            Participated = participated?.Contains(stored.EventId) == true,
            References = context?.Relations?.References ?? [],
        };

        EventView? Nested(StoredEvent? stored, StoredEvent? replacement) =>
            Shown(stored) is { } nested ? new EventView(nested, membership.At(nested.Position)) { Replacement = Nested(replacement, null) } : null;

        StoredEvent? Shown(StoredEvent? stored) => stored is not null ? shown.GetValueOrDefault(stored.EventId) : null;
    }

    // Mostly the viewer's membership has not changed since before the first event, and memory knows it.
    async ValueTask<MembershipTrack> ReadMembershipsAsync(
        RoomId roomId, IReadOnlyList<StoredEvent> events, List<StoredEvent>? around, UserId userId, CancellationToken cancellationToken)
    {
        var current = (await index.OfAsync(userId, cancellationToken)).GetValueOrDefault(roomId);
        if (current is null)
            return new MembershipTrack([]);

        var first = long.MaxValue;
        foreach (var stored in events)
            first = Math.Min(first, stored.Position);
        foreach (var stored in around ?? [])
            first = Math.Min(first, stored.Position);
        return new MembershipTrack(
            current.Position <= first ? [current] : await memberships.ReadMembershipHistoryAsync(userId, roomId, cancellationToken));
    }
}
