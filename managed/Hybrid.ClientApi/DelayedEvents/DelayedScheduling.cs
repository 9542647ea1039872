using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.DelayedEvents;
using Hybrid.Storage.DelayedEvents;

namespace Hybrid.ClientApi.DelayedEvents;

/// <summary>Requests to send something whose query asks for a delay.</summary>
public sealed class DelayedScheduling(EventDelays delays)
{
    const string Parameter = "org.matrix.msc4140.delay";

    /// <summary>The answer <c>{"delay_id": …}</c>, or null for a request without a delay, which is to be sent at once.</summary>
    public async ValueTask<Result<Reply>?> TryScheduleAsync(
        ApiRequest request, RoomId roomId, string type, string? stateKey, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (request.QueryInteger(Parameter) is not { } milliseconds)
            return null;

        // Longer than any that is allowed, and still a time.
        var delay = TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, -1, (long)TimeSpan.FromDays(36_500).TotalMilliseconds));
        var wanted = new DelayedEvent("", request.Caller.UserId, roomId, type, delay, default) { DeviceId = request.Caller.DeviceId, StateKey = stateKey, Content = content };
        if (!(await delays.ScheduleAsync(wanted, cancellationToken)).TryGet(out var delayId, out var error))
            return error;

        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("delay_id"u8, delayId);
            writer.WriteEndObject();
        });
    }
}
