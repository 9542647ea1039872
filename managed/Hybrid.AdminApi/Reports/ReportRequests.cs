using System.Globalization;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Storage.Reports;

namespace Hybrid.AdminApi.Reports;

/// <summary>What requests about reports have in common.</summary>
static class ReportRequests
{
    const int DefaultLimit = 100;
    const int MaxLimit = 1000;

    /// <summary>The query of a list: <c>from</c>, <c>limit</c>, <c>dir</c> and the filters.</summary>
    public static Result<ReportQuery> Query(ApiRequest request, ReportKind kind, string subject)
    {
        var from = request.QueryInteger("from") ?? 0;
        var limit = request.QueryInteger("limit") ?? DefaultLimit;
        var direction = request.Query("dir") ?? "b";
        if (from is < 0 or > int.MaxValue || limit < 0)
            return MatrixError.InvalidParam("'from' and 'limit' must not be negative.");
        if (direction is not ("b" or "f"))
            return MatrixError.InvalidParam("'dir' is neither b nor f.");

        return new ReportQuery(kind, (int)from, (int)Math.Min(limit, MaxLimit), direction == "f")
        {
            Reporter = Filter<UserId>(request, "user_id"),
            RoomId = Filter<RoomId>(request, "room_id"),
            Subject = Filter<UserId>(request, subject),
        };
    }

    /// <summary>The report that the path names; <c>M_INVALID_PARAM</c> when that is no number.</summary>
    public static Result<long> Id(ApiRequest request) =>
        long.TryParse(request.Path("reportId"), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : MatrixError.InvalidParam("The report ID must be a number that is not negative.");

    /// <summary>Where the next page begins, if there is one.</summary>
    public static long? Next(ReportQuery query, ReportPage page) =>
        query.From + query.Limit < page.Total && page.Reports.Count > 0 ? query.From + page.Reports.Count : null;

    public static MatrixError NotFound() => MatrixError.NotFound("There is no such report.");

    static T? Filter<T>(ApiRequest request, string name)
        where T : struct, IIdentifier<T> =>
        request.Query(name) is not { } text ? null
        : T.TryParse(text, out var identifier) ? identifier
        : throw new MatrixException(MatrixError.InvalidParam($"'{name}' is not a valid {typeof(T).Name}."));
}
