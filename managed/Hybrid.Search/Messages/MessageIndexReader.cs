using Hybrid.Primitives.Text;
using Hybrid.Rooms.Log;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Search;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Logging;
using EventId = Hybrid.Primitives.EventId;

namespace Hybrid.Search.Messages;

/// <summary>
/// Keeps the index of what was said: messages, names and topics of rooms. An edit changes how the edited message is found, and a
/// redaction takes a message out, or brings back what an edit had replaced.
/// </summary>
public sealed class MessageIndexReader(
    StreamHub hub, IRoomStore log, IMessageIndexStore store, IErasedUsers erasedUsers, TimeProvider time, ILogger<MessageIndexReader> logger)
    : LogReader(hub, log, time, logger)
{
    /// <summary>The most tokens of one event: of longer texts the end is not found. The index has some 10 bytes for each.</summary>
    public const int MaxTokens = 4096;

    protected override string Subject => "The index of messages";

    // Whoever searches does not wait for this.
    protected override TimeSpan Gathering => TimeSpan.FromMilliseconds(500);

    protected override ValueTask<long> ReadPositionAsync(CancellationToken cancellationToken) => store.ReadPositionAsync(cancellationToken);

    protected override bool IsRelevant(StoredEvent stored) => stored.Redacts is not null || MessageText.Has(stored);

    protected override async ValueTask ApplyAsync(IReadOnlyList<StoredEvent> events, long position, CancellationToken cancellationToken)
    {
        var erased = await erasedUsers.ReadAsync(cancellationToken);
        var put = new Dictionary<long, IndexedMessage>();
        var removed = new HashSet<long>();
        foreach (var stored in events.Where(static stored => MessageText.Has(stored) && !IsEdit(stored)))
            Take(stored, null);
        foreach (var (stored, edit) in await ReadChangedAsync(events, cancellationToken))
            Take(stored, edit);

        removed.ExceptWith(put.Keys);
        await store.ApplyAsync(new MessageIndexChange([.. put.Values], [.. removed], position), cancellationToken);

        void Take(StoredEvent stored, StoredEvent? edit)
        {
            if (stored.RedactedBy is null && !erased.ContainsKey(stored.Sender) && !IsEdit(stored) && MessageText.Of(stored, edit) is var (key, text)
                && SearchTokens.Of(text, MaxTokens) is { Count: > 0 } tokens)
            {
                put[stored.Position] = new IndexedMessage(stored.Position, stored.RoomId, key, edit?.Position ?? stored.Position, tokens);
            }
            else
            {
                put.Remove(stored.Position);
                removed.Add(stored.Position);
            }
        }
    }

    static bool IsEdit(StoredEvent stored) => stored is { RelationType: "m.replace", RelatesTo: not null };

    // Events that were edited or redacted here, or whose edit was redacted, as they are now, each with its latest edit.
    async ValueTask<List<(StoredEvent Event, StoredEvent? Edit)>> ReadChangedAsync(
        IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken)
    {
        EventId[] wanted =
        [
            .. events.Where(static stored => MessageText.Has(stored) && IsEdit(stored)).Select(static stored => stored.RelatesTo!.Value)
                .Concat(events.Select(static stored => stored.Redacts).OfType<EventId>())
                .Distinct(),
        ];
        if (wanted.Length == 0)
            return [];

        var changed = (await Log.FindEventsAsync(wanted, cancellationToken)).ToDictionary(static stored => stored.EventId);
        var redacted = changed.Values.Where(static stored => stored.RedactedBy is not null).Select(static stored => stored.Position).ToList();
        var edited = (await store.FindEditedAsync(redacted, cancellationToken)).Where(eventId => !changed.ContainsKey(eventId)).ToList();
        if (edited.Count > 0)
        {
            foreach (var stored in await Log.FindEventsAsync(edited, cancellationToken))
                changed[stored.EventId] = stored;
        }

        var summaries = (await Log.ReadRelationSummariesAsync(changed.Keys, [], cancellationToken))
            .ToDictionary(static summary => summary.Parent);
        return [.. changed.Values.Select(stored => (stored, summaries.GetValueOrDefault(stored.EventId)?.Replacement))];
    }
}
