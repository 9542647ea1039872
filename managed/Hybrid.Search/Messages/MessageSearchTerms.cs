using Hybrid.Accounts.Filters;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Search;

namespace Hybrid.Search.Messages;

/// <summary>What a user searches for.</summary>
/// <param name="Term">The words.</param>
/// <param name="Viewer">Who searches.</param>
/// <param name="Keys">In which texts.</param>
/// <param name="Filter">Which events, of which rooms.</param>
/// <param name="Limit">The most results.</param>
public sealed record MessageSearchTerms(string Term, EventViewer Viewer, SearchKeys Keys, EventFilter Filter, int Limit)
{
    /// <summary>The newest first, a page at a time; otherwise the best first, one page only.</summary>
    public bool Recent { get; init; }

    /// <summary>Where a page of the newest goes on.</summary>
    public MessageSearchToken? From { get; init; }
}

/// <summary>A page of what a search found.</summary>
/// <param name="Results">The events, in the order asked for.</param>
/// <param name="Count">About how many there are in all, those included that the user may not see.</param>
/// <param name="Highlights">The words of the results that matched.</param>
/// <param name="Next">Where the next page begins; null when there is none.</param>
public sealed record MessageSearchResult(IReadOnlyList<MessageSearchHit> Results, long Count, IReadOnlyList<string> Highlights, MessageSearchToken? Next)
{
    public static MessageSearchResult Nothing { get; } = new([], 0, [], null);
}

/// <summary>An event that was found, as the user may see it, and the user's view of its room.</summary>
public sealed record MessageSearchHit(StoredEvent Event, double Rank, RoomView View);
