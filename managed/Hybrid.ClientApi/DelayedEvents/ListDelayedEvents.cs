using System.Text.Json;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.DelayedEvents;
using Hybrid.Storage.DelayedEvents;

namespace Hybrid.ClientApi.DelayedEvents;

/// <summary>
/// <c>GET /_matrix/client/unstable/org.matrix.msc4140/delayed_events</c>: the caller's own. <c>delayed_events</c> is what servers called the scheduled ones
/// before there were others.
/// </summary>
sealed class ListDelayedEvents(EventDelays delays) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", DelayedEventsChapter.Path, Access.UserOrGuest, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var status = request.Query("status");
        if (status is not (null or "scheduled" or "finalised"))
            return MatrixError.InvalidParam("'status' is neither scheduled nor finalised.");

        var all = await delays.ReadOwnAsync(request.Caller.UserId, cancellationToken);
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
            DelayedEventShape.Write(writer, delayed);
        writer.WriteEndArray();
    }
}

/// <summary><c>GET /_matrix/client/unstable/org.matrix.msc4140/delayed_events/{delayId}</c>: one of the caller's own.</summary>
sealed class GetDelayedEvent(EventDelays delays) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", DelayedEventsChapter.Path + "/{delayId}", Access.UserOrGuest, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        (await delays.FindOwnAsync(request.Caller.UserId, request.Path("delayId"), cancellationToken)).TryGet(out var delayed, out var error)
            ? Reply.Write(writer => DelayedEventShape.Write(writer, delayed))
            : error;
}

/// <summary>Delayed events as clients see them.</summary>
static class DelayedEventShape
{
    /// <summary>A scheduled event alone, a finalized one with what became of it.</summary>
    public static void Write(Utf8JsonWriter writer, DelayedEvent delayed)
    {
        if (delayed.Outcome == DelayedOutcome.Scheduled)
        {
            WriteEvent(writer, delayed);
            return;
        }

        writer.WriteStartObject();
        writer.WritePropertyName("delayed_event"u8);
        WriteEvent(writer, delayed);
        writer.WriteString("outcome"u8, delayed.Outcome == DelayedOutcome.Sent ? "send"u8 : "cancel"u8);
        var error = delayed.Outcome != DelayedOutcome.Sent && delayed.Reason is { } reason && reason != DelayedEvent.ByAction ? reason : null;
        writer.WriteString("reason"u8, error is null ? delayed.Reason : "error");
        if (error is not null)
        {
            var end = error.IndexOf(": ", StringComparison.Ordinal);
            writer.WriteStartObject("error"u8);
            writer.WriteString("errcode"u8, error[..end]);
            writer.WriteString("error"u8, error[(end + 2)..]);
            writer.WriteEndObject();
        }

        if (delayed.EventId is { } eventId)
            writer.WriteString("event_id"u8, eventId.Value);
        if (delayed.FinalizedAt is { } time)
            writer.WriteNumber("origin_server_ts"u8, time.ToUnixTimeMilliseconds());
        writer.WriteEndObject();
    }

    static void WriteEvent(Utf8JsonWriter writer, DelayedEvent delayed)
    {
        writer.WriteStartObject();
        writer.WriteString("delay_id"u8, delayed.DelayId);
        writer.WriteString("room_id"u8, delayed.RoomId.Value);
        writer.WriteString("type"u8, delayed.Type);
        if (delayed.StateKey is { } stateKey)
            writer.WriteString("state_key"u8, stateKey);
        writer.WriteNumber("delay"u8, (long)delayed.Delay.TotalMilliseconds);
        writer.WriteNumber("running_since"u8, delayed.RunningSince.ToUnixTimeMilliseconds());
        writer.WritePropertyName("content"u8);
        writer.WriteRawValue(delayed.Content.Span, skipInputValidation: true);
        writer.WriteEndObject();
    }
}
