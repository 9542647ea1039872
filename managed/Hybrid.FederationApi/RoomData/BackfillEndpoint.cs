using Hybrid.Federation.Reading;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms;

namespace Hybrid.FederationApi.RoomData;

/// <summary><c>GET /_matrix/federation/v1/backfill/{roomId}</c>: some events and those before them.</summary>
sealed class BackfillEndpoint(RoomReads reads, GraphReads graph, ServerVisibility visibility, ServerIdentity identity, TimeProvider time) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/federation/v1/backfill/{roomId}", Access.Server, RateClass.Federation)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        _ = request.RequiredQuery("limit");
        _ = request.RequiredQuery("v");
        if (request.QueryInteger("limit") is not { } limit || limit < 1)
            return MatrixError.InvalidParam("'limit' must be greater than 0.");
        if (!TryReadStarts(request, out var starts))
            return MatrixError.InvalidParam($"'v' must be event IDs, at most {GraphReads.MaxStarts}.");
        if (!(await reads.OpenAsync(request.Origin, request.Path<RoomId>("roomId"), cancellationToken)).TryGet(out var room, out var error))
            return error;

        var found = await graph.BackfillAsync(room, starts, (int)Math.Min(limit, GraphReads.MaxBackfill), cancellationToken);
        var shown = await visibility.FilterAsync(room, found, request.Origin, cancellationToken);
        return EventsReply.Transaction(identity.Name, time.GetUtcNow(), shown);
    }

    static bool TryReadStarts(ApiRequest request, out List<EventId> starts)
    {
        starts = [];
        foreach (var text in request.QueryAll("v"))
        {
            if (starts.Count == GraphReads.MaxStarts || !EventId.TryParse(text, out var id))
                return false;
            starts.Add(id);
        }

        return true;
    }
}
