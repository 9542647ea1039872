using System.Globalization;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.AdminApi.Federation;

/// <summary>What requests about other servers have in common.</summary>
static class DestinationRequests
{
    public const string Path = "/_synapse/admin/v1/federation/destinations";

    const int DefaultLimit = 100;
    const int MaxLimit = 1000;

    /// <summary>Which part of a list is wanted: <c>from</c>, <c>limit</c> and <c>dir</c>.</summary>
    public static Result<(int From, int Limit, bool Backwards)> Page(ApiRequest request)
    {
        var from = request.QueryInteger("from") ?? 0;
        var limit = request.QueryInteger("limit") ?? DefaultLimit;
        var direction = request.Query("dir") ?? "f";
        if (from is < 0 or > int.MaxValue || limit < 0)
            return MatrixError.InvalidParam("'from' and 'limit' must not be negative.");
        if (direction is not ("b" or "f"))
            return MatrixError.InvalidParam("'dir' is neither b nor f.");

        return ((int)from, (int)Math.Min(limit, MaxLimit), direction == "b");
    }

    /// <summary>The server that the path names; one with a name that is none cannot be known.</summary>
    public static Result<ServerName> Server(ApiRequest request) =>
        ServerName.TryParse(request.Path("destination"), out var server) ? server : Unknown();

    /// <summary>Where the next page begins, if there is one.</summary>
    public static string? Next(int from, int taken, int total) =>
        taken > 0 && from + taken < total ? (from + taken).ToString(CultureInfo.InvariantCulture) : null;

    public static MatrixError Unknown() => MatrixError.NotFound("Unknown destination.");
}
