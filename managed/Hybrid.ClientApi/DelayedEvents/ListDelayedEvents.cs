using System.Text.Json;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.DelayedEvents;
using Hybrid.Storage.DelayedEvents;

namespace Hybrid.ClientApi.DelayedEvents;

/// <summary>
/// <c>GET /_matrix/client/unstable/org.matrix.msc4140/delayed_events</c>: the caller's own, or those of them that <c>delay_id</c> names.
/// <c>delayed_events</c> is what servers called the scheduled ones before there were others.
/// </summary>
sealed class ListDelayedEvents(EventDelays delays) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", DelayedEventsChapter.Path, Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var status = request.Query("status");
        if (status is not (null or "scheduled" or "finalised"))
            return MatrixError.InvalidParam("'status' is neither scheduled nor finalised.");

        var named = request.QueryAll("delay_id");
        var all = await delays.ReadOwnAsync(request.Caller.UserId, cancellationToken);
        if (named.Count > 0)
            all = [.. all.Where(delayed => named.Contains(delayed.DelayId))];
        var scheduled = all.Where(static delayed => delayed.Outcome == DelayedOutcome.Scheduled).ToList();
        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            if (status is not "finalised")
            {
                Write(writer, "scheduled", scheduled);
                Write(writer, "delayed_events", scheduled);
            }

            if (status is not "scheduled")
                Write(writer, "finalised", all.Where(static delayed => delayed.Outcome != DelayedOutcome.Scheduled));
            writer.WriteEndObject();
        });
    }

    static void Write(Utf8JsonWriter writer, string name, IEnumerable<DelayedEvent> events)
    {
        writer.WriteStartArray(name);
        foreach (var delayed in events)
            DelayedEventShape.WriteEntry(writer, delayed);
        writer.WriteEndArray();
    }
}

/// <summary><c>GET /_matrix/client/unstable/org.matrix.msc4140/delayed_events/{delayId}</c>: one of the caller's own.</summary>
sealed class GetDelayedEvent(EventDelays delays) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", DelayedEventsChapter.Path + "/{delayId}", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        (await delays.FindOwnAsync(request.Caller.UserId, request.Path("delayId"), cancellationToken)).TryGet(out var delayed, out var error)
            ? Reply.Write(writer => DelayedEventShape.WriteAlone(writer, delayed))
            : error;
}
