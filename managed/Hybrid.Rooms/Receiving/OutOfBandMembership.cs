using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Hybrid.Native;
using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Receiving;

/// <summary>
/// A membership of a user of this server in a room that the server does not take part in: an invitation, a knock, or the end of one. What is known of
/// the room beside it is the stripped state that came with it, and nothing of it can be checked against the room.
/// </summary>
/// <param name="Member">The member event.</param>
/// <param name="StrippedState">What the other server shows of the room (specification, "Stripped state").</param>
public sealed record OutOfBandMembership(IncomingEvent Member, IReadOnlyList<JsonElement> StrippedState)
{
    // Servers are free in what they show.
    const int MaxStripped = 50;

    /// <summary>What has to be stored for the room to show the membership; null when it does already.</summary>
    internal async ValueTask<RoomAppend?> ToAppendAsync(IRoomStore store, RoomSnapshot start, StateWork work, CancellationToken cancellationToken)
    {
        var shown = StrippedState.Take(MaxStripped).Select(state => Read(start.RoomId, state)).OfType<StoredEvent>().DistinctBy(static state => state.EventId).ToList();
        var known = (await store.FindKnownAsync([Member.Event.EventId, .. shown.Select(static state => state.EventId)], cancellationToken))
            .ToDictionary(static stored => stored.EventId);
        if (known.TryGetValue(Member.Event.EventId, out var there) && !there.IsOutlier)
            return null;

        var root = start.StateRoot;
        foreach (var state in shown)
        {
            if (known.TryGetValue(state.EventId, out var same))
                state.Number = same.Number;
            await work.NumberAsync(state, cancellationToken);
            root = await work.AddAsync(root, state, cancellationToken);
        }

        var member = Member.Event;
        member.Number = there?.Number ?? 0;

        // What is shown of the room is not the state before the event: that is found when the server takes part and meets the event in the graph.
        member.StateBefore = StateNodeHash.Empty;
        await work.NumberAsync(member, cancellationToken);
        root = await work.AddAsync(root, member, cancellationToken);
        return new RoomAppend(start.RoomId, [member], [])
        {
            Aside = [.. shown.Where(state => !known.ContainsKey(state.EventId))],
            Effects = await work.EffectsAsync(start.StateRoot, root, member, cancellationToken),
            State = work.ToAddition(root),
        };
    }

    // It has no ID of its own, and stands in for an event that may never be known.
    static StoredEvent? Read(RoomId roomId, JsonElement state)
    {
        if (state.ValueKind != JsonValueKind.Object
            || Text(state, "type") is not { } type || Text(state, "state_key") is not { } stateKey || !UserId.TryParse(Text(state, "sender"), out var sender)
            || !state.TryGetProperty("content", out var content) || content.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("content"u8);
            content.WriteTo(writer);
            writer.WriteString("room_id"u8, roomId.Value);
            writer.WriteString("sender"u8, sender.Value);
            writer.WriteString("state_key"u8, stateKey);
            writer.WriteString("type"u8, type);
            writer.WriteEndObject();
        }

        byte[] json;
        try
        {
            json = CanonicalJson.Canonicalize(buffer.WrittenSpan);
        }
        catch (NativeException)
        {
            return null;
        }

        return new StoredEvent
        {
            EventId = EventId.Parse("$" + Convert.ToBase64String(SHA256.HashData(json)).TrimEnd('=').Replace('+', '-').Replace('/', '_')),
            RoomId = roomId,
            Type = type,
            StateKey = stateKey,
            Sender = sender,
            OriginServerTs = 0,
            Depth = 0,
            Json = json,
            IsOutlier = true,
            Membership = type == "m.room.member" ? Text(content, "membership") : null,
        };
    }

    static string? Text(JsonElement from, string name) =>
        from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
