using Hybrid.Accounts.Filters;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Search;
using Hybrid.Rooms.Timeline;
using Hybrid.Search.Messages;
using Hybrid.Storage.Search;

namespace Hybrid.ClientApi.Search;

/// <summary>A request's criteria, checked and with every default filled in; what is wrong is <c>M_INVALID_PARAM</c>.</summary>
sealed record SearchCriteria
{
    const int DefaultLimit = 10;
    const int MaxLimit = 100;
    const int DefaultContext = 5;
    const int MaxContext = 50;

    SearchCriteria(RoomEventsCriteria criteria)
    {
        Keys = criteria.Keys is { } keys ? keys.Aggregate(SearchKeys.None, static (all, key) => all | KeyOf(key)) : SearchKeys.All;
        Filter = EventFilter.Of(criteria.Filter);
        Recent = Choose("order_by", criteria.OrderBy ?? "rank", "rank", "recent") == "recent";
        foreach (var group in criteria.Groupings?.GroupBy ?? [])
            Choose("group_by", group.Key, "room_id", "sender");
        ByRoom = criteria.Groupings?.GroupBy?.Any(static group => group.Key == "room_id") == true;
        BySender = criteria.Groupings?.GroupBy?.Any(static group => group.Key == "sender") == true;
        IncludeState = criteria.IncludeState == true;
        if (criteria.EventContext is { } context)
        {
            Context = (Size("before_limit", context.BeforeLimit), Size("after_limit", context.AfterLimit));
            IncludeProfile = context.IncludeProfile == true;
        }

        Term = criteria.SearchTerm;
    }

    public string Term { get; }

    public SearchKeys Keys { get; }

    public EventFilter Filter { get; }

    public bool Recent { get; }

    public bool ByRoom { get; }

    public bool BySender { get; }

    public bool IncludeState { get; }

    /// <summary>How many events before and after each result are wanted; null for no context at all.</summary>
    public (int Before, int After)? Context { get; }

    public bool IncludeProfile { get; }

    public static SearchCriteria Of(RoomEventsCriteria criteria) => new(criteria);

    public MessageSearchTerms Terms(EventViewer viewer, MessageSearchToken? from) =>
        new(Term, viewer, Keys, Filter, Math.Min(Filter.Limit ?? DefaultLimit, MaxLimit)) { Recent = Recent, From = from };

    static SearchKeys KeyOf(string key) => Choose("keys", key, "content.body", "content.name", "content.topic") switch
    {
        "content.body" => SearchKeys.Body,
        "content.name" => SearchKeys.Name,
        _ => SearchKeys.Topic,
    };

    static string Choose(string name, string value, params string[] allowed) => allowed.Contains(value)
        ? value
        : throw new MatrixException(MatrixError.InvalidParam($"'{value}' is no value of '{name}'; it can be {string.Join(", ", allowed)}."));

    static int Size(string name, long? wanted) => wanted is < 0
        ? throw new MatrixException(MatrixError.InvalidParam($"'{name}' must not be negative."))
        : (int)Math.Min(wanted ?? DefaultContext, MaxContext);
}
