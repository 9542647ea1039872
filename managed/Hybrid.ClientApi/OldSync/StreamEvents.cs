using System.Text;
using System.Text.Json;
using Hybrid.Accounts.Filters;
using Hybrid.ClientApi.Timeline;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Streams;
using Hybrid.Sync;

namespace Hybrid.ClientApi.OldSync;

/// <summary>
/// <c>GET /_matrix/client/v3/events</c>: of one room, which the caller may only be peeking into, or, deprecated, the events of all rooms that an
/// incremental sync would bring, invitations among them.
/// </summary>
public sealed class StreamEvents(
    SyncAnswers answers, RoomPeeking peeking, RoomRegistry rooms, ClientEventFormatter formatter, EventViewers viewers, StreamHub hub) : IEndpoint
{
    static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(10);
    static readonly SyncFilter Filter = SyncFilter.Parse(Encoding.UTF8.GetBytes("""{"room":{"timeline":{"limit":100}}}"""));

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/events", Access.UserOrGuest)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var caller = request.Caller;
        var timeout = TimeSpan.FromMilliseconds(Math.Clamp(request.QueryInteger("timeout") ?? 0, 0, (long)MaxTimeout.TotalMilliseconds));
        var from = request.Query("from") is { Length: > 0 } token ? token : null;
        if (request.Query("room_id") is { } named)
        {
            return RoomId.TryParse(named, out var roomId)
                ? await peeking.StreamAsync(roomId, caller, TimelineToken.Parse(from), timeout, cancellationToken)
                : MatrixError.InvalidParam("'room_id' is not a valid RoomId.");
        }

        var since = hub.Snapshot();
        if (from is not null && !StreamPositions.TryParse(from, out since))
            return MatrixError.InvalidParam("'from' is not a token of this stream.");

        var sync = new SyncRequest(caller.UserId, SyncAnswers.NoDevice, since) { Filter = Filter, Timeout = timeout };
        using var answer = await answers.ReadAsync(sync, cancellationToken);
        var invitations = await InvitationsAsync(answer, caller.UserId, cancellationToken);
        var prepared = await formatter.PrepareAsync(invitations, await viewers.OfAsync(caller, cancellationToken), cancellationToken);
        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("start"u8, from ?? since.ToString());
            writer.WriteString("end"u8, answer.RootElement.GetProperty("next_batch").GetString());
            writer.WriteStartArray("chunk"u8);
            WriteTimelines(writer, answer);
            foreach (var invitation in invitations)
                prepared.Write(writer, invitation, withRoomId: true);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    static void WriteTimelines(Utf8JsonWriter writer, JsonDocument answer)
    {
        foreach (var section in (string[])["join", "leave"])
        {
            foreach (var room in SyncAnswers.Rooms(answer, section))
            {
                foreach (var stored in SyncAnswers.Events(room.Value, "timeline"))
                    SyncAnswers.Write(writer, stored, room.Name);
            }
        }
    }

    // A sync has them in a form without ID and time.
    async ValueTask<List<StoredEvent>> InvitationsAsync(JsonDocument answer, UserId userId, CancellationToken cancellationToken)
    {
        var found = new List<StoredEvent>();
        foreach (var room in SyncAnswers.Rooms(answer, "invite"))
        {
            if (await rooms.FindAsync(RoomId.Parse(room.Name), cancellationToken) is { } open && open.Current.Find("m.room.member", userId.Value) is { } invitation)
                found.Add(invitation);
        }

        return found;
    }
}
