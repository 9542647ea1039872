using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Push;
using Hybrid.Storage.Rooms;

namespace Hybrid.Sync.Sliding;

/// <summary>Writes what a sliding sync says of a room, with the field names that the client expects.</summary>
sealed class SlidingRoomWriter(ClientEventFormatter formatter, IUnreadCounts unread)
{
    public async ValueTask WriteAsync(Utf8JsonWriter writer, RoomId roomId, SlidingRoomResult result, SlidingTurn turn, CancellationToken cancellationToken)
    {
        IReadOnlyList<StoredEvent> events = [.. result.State, .. result.Timeline?.Events ?? []];
        // Read before the room is opened: nothing is half written when a store fails.
        var prepared = await formatter.PrepareAsync(events, turn.Sync.Viewer, cancellationToken);
        var counts = result.Membership.Membership == "join" ? (await unread.ReadAsync(turn.Sync.UserId, roomId, cancellationToken)).Total : default;

        writer.WriteStartObject(roomId.Value);
        WriteFlags(writer, roomId, result, turn);
        WriteText(writer, "name", result.Name, result.IsInitial || !turn.Request.IsStable);
        WriteText(writer, "avatar", result.Avatar, result.IsInitial || !turn.Request.IsStable);
        WriteHeroes(writer, result);
        if (result.Joined is { } joined)
            writer.WriteNumber("joined_count"u8, joined);
        if (result.Invited is { } invited)
            writer.WriteNumber("invited_count"u8, invited);
        if (result.BumpStamp is { } stamp)
            writer.WriteNumber("bump_stamp"u8, stamp);
        if (!turn.Request.IsStable)
        {
            writer.WriteNumber("notification_count"u8, counts.Notifications);
            writer.WriteNumber("highlight_count"u8, counts.Highlights);
        }

        if (result.State.Count > 0)
        {
            writer.WritePropertyName("required_state"u8);
            prepared.WriteArray(writer, result.State, withRoomId: false);
        }

        WriteTimeline(writer, result, prepared);
        WriteStripped(writer, result, turn.Request.IsStable);
        writer.WriteEndObject();
    }

    static void WriteFlags(Utf8JsonWriter writer, RoomId roomId, SlidingRoomResult result, SlidingTurn turn)
    {
        if (result.IsInitial)
            writer.WriteBoolean("initial"u8, true);
        if (result.IsDirect is { } isDirect && (isDirect || !result.IsInitial))
            writer.WriteBoolean("is_dm"u8, isDirect);
        if (result.IsExpanded)
            writer.WriteBoolean(turn.Request.IsStable ? "expanded_timeline" : "unstable_expanded_timeline", true);
        if (!turn.Request.IsStable)
            return;

        writer.WriteString("membership"u8, result.Membership.Membership);
        var lists = turn.Windows.Lists.Where(list => list.Value.Rooms.Contains(roomId)).Select(static list => list.Key).ToList();
        if (lists.Count == 0)
            return;
        writer.WriteStartArray("lists"u8);
        foreach (var list in lists)
            writer.WriteStringValue(list);
        writer.WriteEndArray();
    }

    // A text that is gone is null; where the room is new to the client, or clients know no null, it is not there.
    static void WriteText(Utf8JsonWriter writer, string name, ChangedText? text, bool omitsNull)
    {
        if (text is { Value: { } value })
            writer.WriteString(name, value);
        else if (text is not null && !omitsNull)
            writer.WriteNull(name);
    }

    static void WriteHeroes(Utf8JsonWriter writer, SlidingRoomResult result)
    {
        if (result.Heroes is not { Count: > 0 } heroes)
            return;

        writer.WriteStartArray("heroes"u8);
        foreach (var (user, member) in heroes)
        {
            writer.WriteStartObject();
            writer.WriteString("user_id"u8, user.Value);
            if (member?.ContentString("displayname") is { } name)
                writer.WriteString("displayname"u8, name);
            if (member?.ContentString("avatar_url") is { } avatar)
                writer.WriteString("avatar_url"u8, avatar);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    static void WriteTimeline(Utf8JsonWriter writer, SlidingRoomResult result, PreparedEvents prepared)
    {
        if (result.Timeline is not { } timeline)
            return;

        if (timeline.Events.Count > 0)
        {
            writer.WritePropertyName("timeline"u8);
            prepared.WriteArray(writer, timeline.Events, withRoomId: false);
        }

        if (timeline.Events.Count > 0 || timeline.Limited)
            writer.WriteString("prev_batch"u8, TimelineToken.After(timeline.Events.Count > 0 ? timeline.Events[0].Position - 1 : timeline.Start));
        writer.WriteBoolean("limited"u8, timeline.Limited);
        writer.WriteNumber("num_live"u8, result.Live);
    }

    static void WriteStripped(Utf8JsonWriter writer, SlidingRoomResult result, bool isStable)
    {
        if (result.Stripped is not { } stripped)
            return;

        writer.WriteStartArray(isStable ? "stripped_state" : "invite_state");
        foreach (var state in stripped)
            ClientEventFormatter.WriteStripped(writer, state);
        writer.WriteEndArray();
    }
}
