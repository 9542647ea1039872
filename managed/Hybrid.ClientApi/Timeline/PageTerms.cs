using Hybrid.Accounts.Filters;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.ClientApi.Timeline;

/// <summary>What requests for pages of events have in common.</summary>
static class PageTerms
{
    const int MaxLimit = 500;

    /// <summary>The page size: the client's wish within bounds; <c>M_INVALID_PARAM</c> below <paramref name="least"/>.</summary>
    public static int Limit(ApiRequest request, int otherwise, int least = 0)
    {
        var limit = request.QueryInteger("limit") ?? otherwise;
        if (limit < least)
            throw new MatrixException(MatrixError.InvalidParam($"'limit' must be at least {least}."));

        return (int)Math.Min(limit, MaxLimit);
    }

    /// <summary>Whether <c>dir</c> asks for the newest first; <c>M_MISSING_PARAM</c> without it when there is no default.</summary>
    public static bool IsBackwards(ApiRequest request, string? otherwise = null) => (otherwise is null ? request.RequiredQuery("dir") : request.Query("dir") ?? otherwise) switch
    {
        "b" => true,
        "f" => false,
        _ => throw new MatrixException(MatrixError.InvalidParam("'dir' is neither b nor f.")),
    };

    /// <summary>A client's filter as a query of the log; its range comes from the page.</summary>
    public static TimelineQuery Query(RoomId roomId, EventFilter filter, bool backwards, int limit) => new(roomId, 0, null, backwards, limit)
    {
        Types = filter.Definition.Types,
        NotTypes = filter.Definition.NotTypes,
        Senders = filter.Definition.Senders,
        NotSenders = filter.Definition.NotSenders,
        ContainsUrl = filter.Definition.ContainsUrl,
        RelatedBySenders = filter.Definition.RelatedBySenders,
        RelatedByTypes = filter.Definition.RelatedByRelTypes,
    };
}
