using System.Text.Json;
using Hybrid.Ephemeral.Presence;
using Hybrid.Primitives;

namespace Hybrid.Sync.Streams;

/// <summary>Who is online among those the user shares rooms with, and the user's own other devices: <c>presence</c>.</summary>
sealed class PresenceStream(PresenceTracker presence, SharedRooms shared, TimeProvider time) : ISyncStream
{
    public async ValueTask WriteAsync(SyncTurn turn, SyncBody body, CancellationToken cancellationToken)
    {
        var states = await ReadAsync(turn, cancellationToken);
        if (states.Count == 0)
            return;

        body.HasNews = true;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        body.Writer.WriteStartObject("presence"u8);
        body.Writer.WriteStartArray("events"u8);
        foreach (var state in states)
            Write(body.Writer, state, now);
        body.Writer.WriteEndArray();
        body.Writer.WriteEndObject();
    }

    async ValueTask<List<PresenceState>> ReadAsync(SyncTurn turn, CancellationToken cancellationToken)
    {
        var wanted = new List<PresenceState>();
        var filter = turn.Filter.Presence;
        if (!filter.AllowsType("m.presence"))
            return wanted;

        var changed = turn.IsInitial || turn.After.Presence < turn.UpTo.Presence ? presence.ReadChanges(turn.After.Presence) : [];
        foreach (var state in changed)
        {
            // Someone a client has never heard of need not be said to be away.
            if ((!turn.IsInitial || state.Availability != Availability.Offline) && filter.AllowsSender(state.UserId) && await SeesAsync(turn, state.UserId, cancellationToken))
                wanted.Add(state);
        }

        foreach (var user in turn.NewlySharing)
        {
            var state = await presence.ReadAsync(user, cancellationToken);
            if (state.Availability != Availability.Offline && filter.AllowsSender(user) && !turn.Ignored.Contains(user) && !wanted.Exists(known => known.UserId == user))
                wanted.Add(state);
        }

        return filter.Limit < wanted.Count ? [.. wanted.OrderByDescending(static state => state.LastActive).Take(filter.Limit.Value)] : wanted;
    }

    async ValueTask<bool> SeesAsync(SyncTurn turn, UserId user, CancellationToken cancellationToken) =>
        user == turn.UserId || (!turn.Ignored.Contains(user) && await shared.ShareAsync(turn.UserId, user, cancellationToken));

    static void Write(Utf8JsonWriter writer, PresenceState state, long now)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "m.presence"u8);
        writer.WriteString("sender"u8, state.UserId.Value);
        writer.WriteStartObject("content"u8);
        writer.WriteString("presence"u8, state.Availability.ToWire());
        if (state.LastActive > 0)
            writer.WriteNumber("last_active_ago"u8, Math.Max(0, now - state.LastActive));
        if (state.StatusMessage is not null)
            writer.WriteString("status_msg"u8, state.StatusMessage);
        writer.WriteBoolean("currently_active"u8, state.CurrentlyActive);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
