using System.Text.Json.Serialization;
using Hybrid.Federation.Reading;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.FederationApi.RoomData;

/// <summary><c>POST /_matrix/federation/v1/get_missing_events/{roomId}</c>: events between some that the asker has and some that it has not all before.</summary>
sealed class GetMissingEventsEndpoint(RoomReads reads, GraphReads graph, ServerVisibility visibility) : IEndpoint
{
    const int DefaultLimit = 10;

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_matrix/federation/v1/get_missing_events/{roomId}", Access.Server, RateClass.Federation)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(RoomDataJson.Default.MissingEventsBody, cancellationToken);
        if (body is not { LatestEvents: not null, EarliestEvents: not null })
            return MatrixError.BadJson("'latest_events' and 'earliest_events' must be lists.");
        if (body.LatestEvents.Count > GraphReads.MaxStarts || body.EarliestEvents.Count > GraphReads.MaxStarts)
            return MatrixError.InvalidParam($"'latest_events' and 'earliest_events' may have {GraphReads.MaxStarts} events each.");
        if (!(await reads.OpenAsync(request.Origin, request.Path<RoomId>("roomId"), cancellationToken)).TryGet(out var room, out var error))
            return error;

        var limit = (int)Math.Clamp(body.Limit ?? DefaultLimit, 0, GraphReads.MaxMissing);
        var found = await graph.MissingAsync(room, body.EarliestEvents, body.LatestEvents, body.MinDepth ?? 0, limit, cancellationToken);
        return EventsReply.Of(("events", await visibility.FilterAsync(room, found, request.Origin, cancellationToken)));
    }
}

/// <summary>What <c>get_missing_events</c> is asked with.</summary>
sealed record MissingEventsBody(IReadOnlyList<EventId>? EarliestEvents, IReadOnlyList<EventId>? LatestEvents)
{
    public long? Limit { get; init; }

    public long? MinDepth { get; init; }
}

/// <summary>Shapes of requests for room data.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(MissingEventsBody))]
sealed partial class RoomDataJson : JsonSerializerContext;
