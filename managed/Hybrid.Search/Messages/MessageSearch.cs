using Hybrid.Primitives;
using Hybrid.Primitives.Text;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Search;

namespace Hybrid.Search.Messages;

/// <summary>Finds what was said (specification, "Server Side Search"): in rooms that the user is or was in, and of those only what the user may see.</summary>
public sealed class MessageSearch(
    IMessageIndexStore store, MessageIndexReader reader, SearchedRooms searchedRooms, RoomReading reading, EventVisibility visibility, IRoomStore log,
    TimeProvider time)
{
    // More words than these narrow nothing down.
    const int MaxPhrases = 32;

    const int PageSize = 100;

    // How many pages are read to fill one answer; a client that wants more comes again.
    const int MaxPages = 10;

    const int MaxHighlights = 50;

    // How many of the best are looked at before those go that the user may not see.
    const int MostBest = 500;

    /// <summary>How long a search waits for the index when that is behind, as it is while an old log is taken in for the first time.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async ValueTask<MessageSearchResult> SearchAsync(MessageSearchTerms terms, CancellationToken cancellationToken)
    {
        var phrases = SearchTokens.Wanted(terms.Term, MaxPhrases);
        var rooms = await searchedRooms.OfAsync(terms.Viewer.UserId, terms.Filter, terms.From?.Room, cancellationToken);
        if (phrases.Count == 0 || rooms.Count == 0 || terms.Keys == SearchKeys.None)
            return MessageSearchResult.Nothing;

        await WaitForIndexAsync(cancellationToken);
        var query = new MessageQuery(phrases, rooms, terms.Keys);
        var sight = new Sight(terms, reading, visibility);
        var (hits, next) = terms.Recent
            ? await RecentAsync(query, terms, sight, cancellationToken)
            : (await BestAsync(query, terms, sight, cancellationToken), null);
        return new MessageSearchResult(
            hits, await store.CountAsync(query, cancellationToken), await HighlightsAsync(hits, phrases, cancellationToken), next);
    }

    async ValueTask WaitForIndexAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            await reader.CatchUpAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // What is there is better than nothing.
        }
    }

    async ValueTask<(List<MessageSearchHit> Hits, MessageSearchToken? Next)> RecentAsync(
        MessageQuery query, MessageSearchTerms terms, Sight sight, CancellationToken cancellationToken)
    {
        var hits = new List<MessageSearchHit>();
        var before = terms.From?.Before ?? long.MaxValue;
        for (var pages = 0; pages < MaxPages && hits.Count < terms.Limit; pages++)
        {
            var page = await store.FindRecentAsync(query, before, PageSize, cancellationToken);
            foreach (var hit in await sight.SeeAsync(page, cancellationToken))
            {
                if (hits.Count == terms.Limit)
                    return (hits, Token(hits[^1].Event.Position));
                hits.Add(hit);
            }

            if (page.Count < PageSize)
                return (hits, null);
            before = page[^1].Event.Position;
        }

        return (hits, Token(hits.Count == terms.Limit && hits.Count > 0 ? hits[^1].Event.Position : before));

        MessageSearchToken Token(long position) => new(position, terms.From?.Room);
    }

    async ValueTask<List<MessageSearchHit>> BestAsync(MessageQuery query, MessageSearchTerms terms, Sight sight, CancellationToken cancellationToken) =>
        [.. (await sight.SeeAsync(await store.FindBestAsync(query, MostBest, cancellationToken), cancellationToken)).Take(terms.Limit)];

    async ValueTask<List<string>> HighlightsAsync(List<MessageSearchHit> hits, List<SearchPhrase> phrases, CancellationToken cancellationToken)
    {
        var summaries = hits.Count == 0
            ? []
            : (await log.ReadRelationSummariesAsync([.. hits.Select(static hit => hit.Event.EventId)], [], cancellationToken))
                .ToDictionary(static summary => summary.Parent);
        var words = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var hit in hits)
        {
            if (MessageText.Of(hit.Event, summaries.GetValueOrDefault(hit.Event.EventId)?.Replacement) is var (_, text))
                words.UnionWith(SearchTokens.Matching(text, phrases));
            if (words.Count >= MaxHighlights)
                break;
        }

        return [.. words.Take(MaxHighlights)];
    }

    /// <summary>What one user may see of what was found, and wants to.</summary>
    sealed class Sight(MessageSearchTerms terms, RoomReading reading, EventVisibility visibility)
    {
        readonly Dictionary<RoomId, RoomView?> _views = [];

        public async ValueTask<List<MessageSearchHit>> SeeAsync(IReadOnlyList<MessageMatch> matches, CancellationToken cancellationToken)
        {
            var seen = new HashSet<StoredEvent>(ReferenceEqualityComparer.Instance);
            foreach (var room in matches.GroupBy(static match => match.Event.RoomId))
            {
                if (await ViewAsync(room.Key, cancellationToken) is not { } view)
                    continue;

                List<StoredEvent> wanted =
                [
                    .. room.Select(static match => match.Event)
                        .Where(stored => stored.Position <= view.End && terms.Filter.Allows(stored) && !terms.Viewer.Ignores(stored)),
                ];
                // What an erased user said comes back as another object, without the text that was found.
                seen.UnionWith(await visibility.FilterAsync(view.Room, wanted, terms.Viewer.UserId, cancellationToken));
            }

            return [.. matches.Where(match => seen.Contains(match.Event)).Select(match => new MessageSearchHit(match.Event, match.Rank, _views[match.Event.RoomId]!))];
        }

        async ValueTask<RoomView?> ViewAsync(RoomId roomId, CancellationToken cancellationToken)
        {
            if (!_views.TryGetValue(roomId, out var view))
                _views[roomId] = view = (await reading.OpenAsync(roomId, terms.Viewer.UserId, cancellationToken)).TryGet(out var opened, out _) ? opened : null;
            return view;
        }
    }
}
