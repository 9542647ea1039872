using System.Globalization;
using System.Text;
using System.Text.Json;
using Hybrid.Accounts.Filters;
using Hybrid.ClientApi.Timeline;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;
using Hybrid.Sync;

namespace Hybrid.ClientApi.OldSync;

/// <summary><c>GET /_matrix/client/v3/initialSync</c>, deprecated: an initial sync in its old shape.</summary>
public sealed class InitialSync(SyncAnswers answers, RoomRegistry rooms, IAliasStore directory, ClientEventFormatter formatter, EventViewers viewers) : IEndpoint
{
    const int DefaultLimit = 10;

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/initialSync", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var caller = request.Caller;
        var limit = PageTerms.Limit(request, DefaultLimit);
        var archived = request.QueryBoolean("archived") ?? false;
        var filter = string.Create(
            CultureInfo.InvariantCulture, $$"""{"room":{"include_leave":{{(archived ? "true" : "false")}},"timeline":{"limit":{{limit}} } } }""");
        var sync = new SyncRequest(caller.UserId, SyncAnswers.NoDevice, null) { Filter = SyncFilter.Parse(Encoding.UTF8.GetBytes(filter)), UseStateAfter = true };
        using var answer = await answers.ReadAsync(sync, cancellationToken);

        var listed = (await directory.ReadPublicRoomsAsync(cancellationToken)).Select(static roomId => roomId.Value).ToHashSet(StringComparer.Ordinal);
        var invitations = await InvitationsAsync(answer, caller, cancellationToken);
        var prepared = await formatter.PrepareAsync(invitations, await viewers.OfAsync(caller, cancellationToken), cancellationToken);
        return Reply.Write(writer =>
        {
            var end = answer.RootElement.GetProperty("next_batch").GetString()!;
            writer.WriteStartObject();
            writer.WriteString("end"u8, end);
            SyncAnswers.Write(writer, "presence", SyncAnswers.Events(answer.RootElement, "presence"));
            SyncAnswers.Write(writer, "account_data", SyncAnswers.Events(answer.RootElement, "account_data"));
            writer.WriteStartArray("rooms"u8);
            foreach (var room in SyncAnswers.Rooms(answer, "join"))
                WriteRoom(writer, room, "join", end, listed);
            foreach (var invitation in invitations)
            {
                writer.WriteStartObject();
                writer.WriteString("room_id"u8, invitation.RoomId.Value);
                writer.WriteString("membership"u8, "invite"u8);
                writer.WritePropertyName("invite"u8);
                prepared.Write(writer, invitation, withRoomId: true);
                writer.WriteEndObject();
            }

            foreach (var room in SyncAnswers.Rooms(answer, "leave"))
                WriteRoom(writer, room, MembershipIn(room.Value, caller.UserId), end, listed);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    static void WriteRoom(Utf8JsonWriter writer, JsonProperty room, string membership, string end, HashSet<string> listed)
    {
        writer.WriteStartObject();
        writer.WriteString("room_id"u8, room.Name);
        writer.WriteString("membership"u8, membership);
        writer.WriteStartObject("messages"u8);
        if (room.Value.TryGetProperty("timeline", out var timeline) && timeline.TryGetProperty("prev_batch", out var start))
            writer.WriteString("start"u8, start.GetString());
        writer.WriteString("end"u8, end);
        SyncAnswers.Write(writer, "chunk", SyncAnswers.Events(room.Value, "timeline"), room.Name);
        writer.WriteEndObject();
        SyncAnswers.Write(writer, "state", SyncAnswers.Events(room.Value, "state_after"), room.Name);
        writer.WriteString("visibility"u8, listed.Contains(room.Name) ? "public"u8 : "private"u8);
        SyncAnswers.Write(writer, "account_data", SyncAnswers.Events(room.Value, "account_data"));
        writer.WriteEndObject();
    }

    static string MembershipIn(JsonElement room, UserId userId) =>
        SyncAnswers.Events(room, "state_after").Any(stored =>
            stored.GetProperty("type").ValueEquals("m.room.member") && stored.GetProperty("state_key").ValueEquals(userId.Value)
            && stored.GetProperty("content").TryGetProperty("membership", out var membership) && membership.ValueEquals("ban"))
            ? "ban"
            : "leave";

    // A sync shows invitations stripped; here the whole event is wanted, which the invited may see.
    async ValueTask<IReadOnlyList<StoredEvent>> InvitationsAsync(JsonDocument answer, Caller caller, CancellationToken cancellationToken)
    {
        var found = new List<StoredEvent>();
        foreach (var room in SyncAnswers.Rooms(answer, "invite"))
        {
            if ((await rooms.FindAsync(RoomId.Parse(room.Name), cancellationToken))?.Current.Find("m.room.member", caller.UserId.Value) is { Membership: "invite" } stored)
                found.Add(stored);
        }

        return found;
    }
}
