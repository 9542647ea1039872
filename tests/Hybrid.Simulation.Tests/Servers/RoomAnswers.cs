using System.Buffers;
using System.Text.Json;
using Hybrid.Federation.Events;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Receiving;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Simulation.Tests.Servers;

/// <summary>What a server tells those in a room of its events and states, straight from the store.</summary>
sealed class RoomAnswers(RoomRegistry rooms, IRoomStore store, RoomStates states, AuthChains chains)
{
    const int MaxEvents = 100;

    public async ValueTask<Result<ReadOnlyMemory<byte>>> EventAsync(ServerName origin, EventId eventId) =>
        await store.FindKnownAsync([eventId], default) is [var found] && await OpenAsync(origin, found.RoomId) is not null
            ? Write(writer => WriteEvents(writer, "pdus", [found]))
            : NotFound();

    public async ValueTask<Result<ReadOnlyMemory<byte>>> StateIdsAsync(ServerName origin, RoomId roomId, EventId eventId)
    {
        if (await StateAtAsync(origin, roomId, eventId) is not { } state)
            return NotFound();

        var chain = await chains.ReadAsync(state, default);
        return Write(writer =>
        {
            WriteIds(writer, "pdu_ids", state);
            WriteIds(writer, "auth_chain_ids", chain);
        });
    }

    public async ValueTask<Result<ReadOnlyMemory<byte>>> StateAsync(ServerName origin, RoomId roomId, EventId eventId)
    {
        if (await StateAtAsync(origin, roomId, eventId) is not { } state)
            return NotFound();

        var chain = await chains.ReadAsync(state, default);
        return Write(writer =>
        {
            WriteEvents(writer, "pdus", state);
            WriteEvents(writer, "auth_chain", chain);
        });
    }

    public async ValueTask<Result<ReadOnlyMemory<byte>>> AuthAsync(ServerName origin, RoomId roomId, EventId eventId)
    {
        if (await OpenAsync(origin, roomId) is null || await store.FindKnownAsync([eventId], default) is not [var found])
            return NotFound();

        var chain = await chains.ReadAsync([found], default);
        return Write(writer => WriteEvents(writer, "auth_chain", chain));
    }

    public async ValueTask<Result<ReadOnlyMemory<byte>>> MissingAsync(ServerName origin, RoomId roomId, ReadOnlyMemory<byte> body)
    {
        if (await OpenAsync(origin, roomId) is null)
            return NotFound();

        using var document = JsonDocument.Parse(body);
        var earliest = Ids("earliest_events");
        var limit = Math.Min(20, document.RootElement.GetProperty("limit").GetInt32());
        var found = await WalkAsync(roomId, Ids("latest_events"), [.. earliest], limit, withStart: false);
        return Write(writer => WriteEvents(writer, "events", found));

        EventId[] Ids(string name) => [.. document.RootElement.GetProperty(name).EnumerateArray().Select(static id => EventId.Parse(id.GetString()!))];
    }

    public async ValueTask<Result<ReadOnlyMemory<byte>>> BackfillAsync(ServerName origin, RoomId roomId, IReadOnlyList<EventId> from)
    {
        if (await OpenAsync(origin, roomId) is null)
            return NotFound();

        var found = await WalkAsync(roomId, from, [], MaxEvents, withStart: true);
        return Write(writer => WriteEvents(writer, "pdus", found));
    }

    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    public static void WriteEvents(Utf8JsonWriter writer, string name, IEnumerable<StoredEvent> events)
    {
        writer.WriteStartArray(name);
        foreach (var stored in events)
            writer.WriteRawValue(stored.Json.Span, skipInputValidation: true);
        writer.WriteEndArray();
    }

    static void WriteIds(Utf8JsonWriter writer, string name, IEnumerable<StoredEvent> events)
    {
        writer.WriteStartArray(name);
        foreach (var stored in events)
            writer.WriteStringValue(stored.EventId.Value);
        writer.WriteEndArray();
    }

    static MatrixError NotFound() => MatrixError.NotFound("There is no such thing for you.");

    async ValueTask<RoomSnapshot?> OpenAsync(ServerName origin, RoomId roomId) =>
        await rooms.FindAsync(roomId, default) is { Current: var current } && current.HasMemberOf(origin) ? current : null;

    async ValueTask<IReadOnlyList<StoredEvent>?> StateAtAsync(ServerName origin, RoomId roomId, EventId eventId)
    {
        if (await OpenAsync(origin, roomId) is not { } room || await store.FindKnownAsync([eventId], default) is not [{ IsPlaced: true } found])
            return null;

        return [.. (await states.ReadBeforeAsync(room, found, default)).OrderBy(static entry => entry.EventId.Value, StringComparer.Ordinal)];
    }

    // From the newest backwards, layer by layer.
    async ValueTask<IReadOnlyList<StoredEvent>> WalkAsync(
        RoomId roomId, IReadOnlyList<EventId> from, HashSet<EventId> stop, int limit, bool withStart)
    {
        var walked = new List<StoredEvent>();
        var seen = new HashSet<EventId>(stop);
        var layer = from.Where(seen.Add).ToList();
        for (var isStart = true; layer.Count > 0 && walked.Count < limit; isStart = false)
        {
            var found = (await store.FindKnownAsync(layer, default)).Where(stored => stored.RoomId == roomId && !stored.IsOutlier)
                .OrderByDescending(static stored => stored.Depth).ThenBy(static stored => stored.EventId.Value, StringComparer.Ordinal).ToList();
            if (withStart || !isStart)
                walked.AddRange(found.Take(limit - walked.Count));
            layer = [.. found.SelectMany(static stored => GraphLinks.Read(stored.Json.Span).PrevEvents).Where(seen.Add)];
        }

        walked.Reverse();
        return walked;
    }
}
