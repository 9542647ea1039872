using Hybrid.ClientApi.Timeline;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;
using Microsoft.Extensions.Hosting;

namespace Hybrid.ClientApi.OldSync;

/// <summary>The event stream of one room, for those who are in it and for those who only look on (specification, "Room Previews").</summary>
public sealed class RoomPeeking(
    RoomReading reading, MessagePages pages, RoomArrivals arrivals, ClientEventFormatter formatter, EventViewers viewers, IHostApplicationLifetime lifetime)
{
    const int MaxEvents = 100;

    /// <summary>What came after <paramref name="from"/>, or after now when that is null; waits for something.</summary>
    public async ValueTask<Result<Reply>> StreamAsync(RoomId roomId, Caller caller, long? from, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        ending.CancelAfter(timeout);
        var reached = from;
        while (true)
        {
            // Asked for before the room is looked at: what comes in between ends the wait.
            var next = arrivals.NextAsync(roomId);
            if (!(await reading.OpenAsync(roomId, caller.UserId, cancellationToken)).TryGet(out var view, out var error))
                return error;

            from ??= view.End;
            reached ??= view.End;
            var viewer = await viewers.OfAsync(caller, cancellationToken);
            var query = new TimelineQuery(roomId, 0, null, Backwards: false, MaxEvents);
            var page = await pages.ReadAsync(view, query, reached.Value, null, viewer, cancellationToken);

            // A full page ends where it ends; after any other there is nothing more that the reader may see.
            reached = page.End ?? Math.Max(reached.Value, view.End);
            if (page.Events.Count > 0 || ending.IsCancellationRequested)
                return await AnswerAsync(from.Value, reached.Value, page.Events, viewer, cancellationToken);
            if (page.End is not null)
                continue;

            await Task.WhenAny(next, Task.Delay(Timeout.InfiniteTimeSpan, ending.Token));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    async ValueTask<Result<Reply>> AnswerAsync(
        long from, long end, IReadOnlyList<StoredEvent> events, EventViewer viewer, CancellationToken cancellationToken)
    {
        var prepared = await formatter.PrepareAsync(events, viewer, cancellationToken);
        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("start"u8, TimelineToken.After(from));
            writer.WriteString("end"u8, TimelineToken.After(end));
            writer.WritePropertyName("chunk"u8);
            prepared.WriteArray(writer, events, withRoomId: true);
            writer.WriteEndObject();
        });
    }
}
