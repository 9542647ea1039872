using System.Text;
using System.Text.Json;
using Hybrid.Accounts.Filters;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Streams;
using Hybrid.Sync;

namespace Hybrid.ClientApi.OldSync;

/// <summary>
/// <c>GET /_matrix/client/v3/events</c>: of one room, which the caller may only be peeking into, or, deprecated, an incremental sync of everything in
/// its old shape.
/// </summary>
public sealed class StreamEvents(SyncAnswers answers, RoomPeeking peeking, StreamHub hub) : IEndpoint
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
        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("start"u8, from ?? since.ToString());
            writer.WriteString("end"u8, answer.RootElement.GetProperty("next_batch").GetString());
            writer.WriteStartArray("chunk"u8);
            WriteEvents(writer, answer, caller.UserId);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    static void WriteEvents(Utf8JsonWriter writer, JsonDocument answer, UserId userId)
    {
        foreach (var stored in SyncAnswers.Events(answer.RootElement, "presence"))
            stored.WriteTo(writer);
        foreach (var section in (string[])["join", "leave"])
        {
            foreach (var room in SyncAnswers.Rooms(answer, section))
            {
                foreach (var list in (string[])["timeline", "ephemeral"])
                {
                    foreach (var stored in SyncAnswers.Events(room.Value, list))
                        SyncAnswers.Write(writer, stored, room.Name);
                }
            }
        }

        foreach (var room in SyncAnswers.Rooms(answer, "invite"))
        {
            foreach (var stored in SyncAnswers.Events(room.Value, "invite_state").Where(stored => IsInvitation(stored, userId)))
                SyncAnswers.Write(writer, stored, room.Name);
        }
    }

    static bool IsInvitation(JsonElement stored, UserId userId) =>
        stored.GetProperty("type").ValueEquals("m.room.member") && stored.GetProperty("state_key").ValueEquals(userId.Value);
}
