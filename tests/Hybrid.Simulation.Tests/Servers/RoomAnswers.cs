using System.Buffers;
using System.Text.Json;
using Hybrid.Federation.Reading;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.Simulation.Tests.Servers;

/// <summary>What a server tells those in a room of its events and states, by the services behind the endpoints; only the writing of answers is its own.</summary>
sealed class RoomAnswers(RoomReads reads, GraphReads graph, StateReads states, ServerVisibility visibility)
{
    public async ValueTask<Result<ReadOnlyMemory<byte>>> EventAsync(ServerName origin, EventId eventId)
    {
        if (!(await reads.FindAsync(origin, eventId, default)).TryGet(out var found, out var error))
            return error;

        var shown = await visibility.FilterAsync(found.Room, [found.Event], origin, default);
        return Write(writer => WriteEvents(writer, "pdus", shown));
    }

    public async ValueTask<Result<ReadOnlyMemory<byte>>> StateIdsAsync(ServerName origin, RoomId roomId, EventId eventId)
    {
        if (!(await states.ReadIdsAsync(origin, roomId, eventId, default)).TryGet(out var ids, out var error))
            return error;

        return Write(writer =>
        {
            WriteSet(writer, "pdu_ids", ids.State);
            WriteSet(writer, "auth_chain_ids", ids.AuthChain);
        });
    }

    public async ValueTask<Result<ReadOnlyMemory<byte>>> StateAsync(ServerName origin, RoomId roomId, EventId eventId)
    {
        if (!(await states.ReadAsync(origin, roomId, eventId, default)).TryGet(out var state, out var error))
            return error;

        return Write(writer =>
        {
            WriteSet(writer, "pdus", state.State);
            WriteSet(writer, "auth_chain", state.AuthChain);
        });
    }

    public async ValueTask<Result<ReadOnlyMemory<byte>>> AuthAsync(ServerName origin, RoomId roomId, EventId eventId) =>
        (await states.ReadAuthChainAsync(origin, roomId, eventId, default)).TryGet(out var chain, out var error)
            ? Write(writer => WriteSet(writer, "auth_chain", chain.Events))
            : error;

    public async ValueTask<Result<ReadOnlyMemory<byte>>> MissingAsync(ServerName origin, RoomId roomId, ReadOnlyMemory<byte> body)
    {
        if (!(await reads.OpenAsync(origin, roomId, default)).TryGet(out var room, out var error))
            return error;

        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        var (limit, minDepth) = (root.GetProperty("limit").GetInt32(), root.GetProperty("min_depth").GetInt64());
        var found = await graph.MissingAsync(room, Ids("earliest_events"), Ids("latest_events"), minDepth, limit, default);
        var shown = await visibility.FilterAsync(room, found, origin, default);
        return Write(writer => WriteEvents(writer, "events", shown));

        EventId[] Ids(string name) => [.. root.GetProperty(name).EnumerateArray().Select(static id => EventId.Parse(id.GetString()!))];
    }

    public async ValueTask<Result<ReadOnlyMemory<byte>>> BackfillAsync(ServerName origin, RoomId roomId, IReadOnlyList<EventId> from, int limit)
    {
        if (!(await reads.OpenAsync(origin, roomId, default)).TryGet(out var room, out var error))
            return error;

        var shown = await visibility.FilterAsync(room, await graph.BackfillAsync(room, from, limit, default), origin, default);
        return Write(writer => WriteEvents(writer, "pdus", shown));
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

    /// <summary>Writes events that have no order: the services give them in that of hash codes, which is another in each process.</summary>
    public static void WriteSet(Utf8JsonWriter writer, string name, IEnumerable<StoredEvent> events) =>
        WriteEvents(writer, name, events.OrderBy(static stored => stored.EventId.Value, StringComparer.Ordinal));

    static void WriteEvents(Utf8JsonWriter writer, string name, IEnumerable<StoredEvent> events)
    {
        writer.WriteStartArray(name);
        foreach (var stored in events)
            writer.WriteRawValue(stored.Json.Span, skipInputValidation: true);
        writer.WriteEndArray();
    }

    static void WriteSet(Utf8JsonWriter writer, string name, IEnumerable<EventId> ids)
    {
        writer.WriteStartArray(name);
        foreach (var id in ids.Select(static id => id.Value).Order(StringComparer.Ordinal))
            writer.WriteStringValue(id);
        writer.WriteEndArray();
    }
}
