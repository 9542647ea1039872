using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Timeline;

/// <summary>The events around one that its client form shows, whoever looks.</summary>
/// <param name="AsOf">The room's last relation or redaction when this was read: nothing here changes before the next one.</param>
/// <param name="Previous">The state event that it replaced.</param>
/// <param name="Redaction">The event that redacted it.</param>
/// <param name="Relations">What is aggregated of its relations.</param>
/// <param name="LatestReplyEdit">The latest edit of the newest reply in its thread.</param>
sealed record EventContext(
    long AsOf, StoredEvent? Previous, StoredEvent? Redaction, RelationSummary? Relations, StoredEvent? LatestReplyEdit);

/// <summary>Reads the <see cref="EventContext"/> of many events at once, and only what is not known already.</summary>
sealed class EventContextReader(IRoomStore store)
{
    /// <summary>Brings the contexts of <paramref name="events"/>, all of one room, up to date.</summary>
    public async ValueTask ReadAsync(IReadOnlyList<StoredEvent> events, long latestRelation, CancellationToken cancellationToken)
    {
        List<StoredEvent>? missing = null;
        foreach (var stored in events)
        {
            if (HasContext(stored, latestRelation) && ClientForm.Of(stored).Context?.AsOf != latestRelation)
                (missing ??= []).Add(stored);
        }

        if (missing is null)
            return;

        var around = await FindAroundAsync(missing, events, cancellationToken);
        var relations = await ReadRelationsAsync(missing, latestRelation, cancellationToken);
        var edits = await ReadReplyEditsAsync(relations.Values, cancellationToken);
        foreach (var stored in missing)
        {
            var summary = relations.GetValueOrDefault(stored.EventId);
            ClientForm.Of(stored).Context = new EventContext(
                latestRelation, Find(stored.ReplacesState), Find(stored.RedactedBy), summary,
                summary?.LatestReply is { } reply ? edits.GetValueOrDefault(reply.EventId) : null);
        }

        StoredEvent? Find(EventId? eventId) => eventId is { } id ? around.GetValueOrDefault(id) : null;
    }

    /// <summary>
    /// For each of <paramref name="events"/> that others relate to: its context with the relations that some users sent left out. Not
    /// kept, since it is one viewer's.
    /// </summary>
    public async ValueTask<Dictionary<EventId, EventContext>> ReadWithoutAsync(
        IReadOnlyList<StoredEvent> events, Func<IReadOnlySet<UserId>> ignored, CancellationToken cancellationToken)
    {
        var known = new Dictionary<EventId, EventContext>();
        foreach (var stored in events)
        {
            if (ClientForm.Of(stored).Context is { Relations: { } relations } context && (relations.ThreadCount > 0 || relations.References.Count > 0))
                known[stored.EventId] = context;
        }

        if (known.Count == 0)
            return known;

        var summaries = (await store.ReadRelationSummariesAsync(known.Keys, ignored(), cancellationToken)).ToDictionary(static summary => summary.Parent);
        var edits = await ReadReplyEditsAsync(summaries.Values, cancellationToken);
        return known.ToDictionary(
            static context => context.Key,
            context => summaries.GetValueOrDefault(context.Key) is { } summary
                ? context.Value with
                {
                    Relations = summary,
                    LatestReplyEdit = summary.LatestReply is { } reply ? edits.GetValueOrDefault(reply.EventId) : null,
                }
                : context.Value with { Relations = null, LatestReplyEdit = null });
    }

    static bool HasContext(StoredEvent stored, long latestRelation) =>
        stored.ReplacesState is not null || stored.RedactedBy is not null || CanBeRelatedTo(stored, latestRelation);

    // Relations of state events, edits and annotations are not aggregated; and what relates to an event comes after it.
    static bool CanBeRelatedTo(StoredEvent stored, long latestRelation) =>
        stored.Position < latestRelation && !stored.IsState && stored.RelationType is not ("m.replace" or "m.annotation");

    async ValueTask<Dictionary<EventId, StoredEvent>> FindAroundAsync(
        List<StoredEvent> missing, IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken)
    {
        var wanted = missing.SelectMany(static stored => new[] { stored.ReplacesState, stored.RedactedBy }).OfType<EventId>().ToHashSet();
        var around = new Dictionary<EventId, StoredEvent>();
        if (wanted.Count == 0)
            return around;

        foreach (var stored in events)
        {
            if (wanted.Remove(stored.EventId))
                around[stored.EventId] = stored;
        }

        // The value before may have come with a join, and be in no timeline.
        foreach (var found in await store.FindKnownAsync(wanted, cancellationToken))
            around[found.EventId] = found;
        return around;
    }

    async ValueTask<Dictionary<EventId, RelationSummary>> ReadRelationsAsync(
        List<StoredEvent> missing, long latestRelation, CancellationToken cancellationToken)
    {
        EventId[] parents = [.. missing.Where(stored => CanBeRelatedTo(stored, latestRelation)).Select(static stored => stored.EventId)];
        if (parents.Length == 0)
            return [];

        var summaries = await store.ReadRelationSummariesAsync(parents, [], cancellationToken);
        return summaries.ToDictionary(static summary => summary.Parent);
    }

    async ValueTask<Dictionary<EventId, StoredEvent>> ReadReplyEditsAsync(
        IEnumerable<RelationSummary> summaries, CancellationToken cancellationToken)
    {
        EventId[] replies = [.. summaries.Select(static summary => summary.LatestReply?.EventId).OfType<EventId>()];
        if (replies.Length == 0)
            return [];

        var edited = await store.ReadRelationSummariesAsync(replies, [], cancellationToken);
        return edited.Where(static summary => summary.Replacement is not null)
            .ToDictionary(static summary => summary.Parent, static summary => summary.Replacement!);
    }
}
