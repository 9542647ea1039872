using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Storage.AccountData;
using Hybrid.Storage.Receipts;
using Hybrid.Storage.Rooms;

namespace Hybrid.Ephemeral.Receipts;

/// <summary>Sets receipts and the fully-read marker (specification, "Receipts", "Read and unread markers"). Neither ever moves backwards.</summary>
public sealed class ReceiptService(IReceiptStore receipts, IRoomStore rooms, IAccountDataStore accountData, TimeProvider time)
{
    // How far relations are followed to tell an event's thread, as far as the specification obliges servers to.
    const int MaxRelationDepth = 3;

    /// <summary>
    /// Sets a receipt of <paramref name="type"/>, or the fully-read marker. <c>M_INVALID_PARAM</c> for an unknown type, or a
    /// thread that does not go with the type or the event; <c>M_NOT_FOUND</c> for an event that is not in the room.
    /// </summary>
    public async ValueTask<Result<Done>> SetAsync(
        RoomId roomId, UserId userId, string type, EventId eventId, string? threadId, CancellationToken cancellationToken)
    {
        if (type is not (ReceiptTypes.Read or ReceiptTypes.ReadPrivate or ReceiptTypes.FullyRead))
            return MatrixError.InvalidParam($"'{type}' is not a receipt type.");
        if (threadId is not null && type == ReceiptTypes.FullyRead)
            return MatrixError.InvalidParam("The fully-read marker has no thread.");
        if (await rooms.FindEventAsync(eventId, cancellationToken) is not { } stored || stored.RoomId != roomId)
            return MatrixError.NotFound($"{eventId} is not an event of this room.");

        if (type == ReceiptTypes.FullyRead)
        {
            await SetFullyReadAsync(userId, stored, cancellationToken);
            return default(Done);
        }

        if (threadId is not null && !await IsInThreadAsync(stored, threadId, cancellationToken))
            return MatrixError.InvalidParam($"{eventId} is not in the thread {threadId}.");

        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        await receipts.TrySetAsync(new Receipt(roomId, userId, type, threadId, eventId, stored.Position, now, 0), cancellationToken);
        return default(Done);
    }

    /// <summary>
    /// Takes over a public receipt of a user of another server. Whether it goes with its thread is for that server to know.
    /// </summary>
    /// <returns>False when the event is not known here, not in the room, or in no timeline: it may yet come.</returns>
    public async ValueTask<bool> TrySetRemoteAsync(
        RoomId roomId, UserId userId, EventId eventId, string? threadId, long timestamp, CancellationToken cancellationToken)
    {
        if (await rooms.FindEventAsync(eventId, cancellationToken) is not { IsInTimeline: true } stored || stored.RoomId != roomId)
            return false;

        await receipts.TrySetAsync(new Receipt(roomId, userId, ReceiptTypes.Read, threadId, eventId, stored.Position, timestamp, 0), cancellationToken);
        return true;
    }

    async ValueTask<bool> IsInThreadAsync(StoredEvent stored, string threadId, CancellationToken cancellationToken)
    {
        // A root is shown in the main timeline and at the head of its thread: either may be read up to it.
        if (stored.EventId.Value == threadId)
            return true;

        var current = stored;
        for (var depth = 0; depth <= MaxRelationDepth; depth++)
        {
            if (current is { RelationType: "m.thread", RelatesTo: { } root })
                return root.Value == threadId;
            if (current.RelatesTo is not { } parent || await rooms.FindEventAsync(parent, cancellationToken) is not { } next)
                break;
            current = next;
            // What relates to a root is beside the thread, in the main timeline; it counts for both.
            if (current.EventId.Value == threadId)
                return true;
        }

        return threadId == ReceiptTypes.MainThread;
    }

    async ValueTask SetFullyReadAsync(UserId userId, StoredEvent stored, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte>? content = EncodeContent(stored.EventId);
        while (true)
        {
            var known = await accountData.FindAsync(userId, stored.RoomId, ReceiptTypes.FullyRead, cancellationToken);
            if (known is { } marker && await FindPositionAsync(marker, cancellationToken) >= stored.Position)
                return;

            // Another device may have moved the marker meanwhile: then its position is compared first.
            var overtaken = false;
            await accountData.UpdateAsync(
                userId, stored.RoomId, ReceiptTypes.FullyRead,
                current =>
                {
                    overtaken = !Same(current, known);
                    return overtaken ? null : content;
                },
                cancellationToken);
            if (!overtaken)
                return;
        }
    }

    async ValueTask<long> FindPositionAsync(ReadOnlyMemory<byte> marker, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(marker);
        if (!document.RootElement.TryGetProperty("event_id", out var property) || !EventId.TryParse(property.GetString(), out var eventId))
            return long.MinValue;

        return (await rooms.FindEventAsync(eventId, cancellationToken))?.Position ?? long.MinValue;
    }

    static bool Same(ReadOnlyMemory<byte>? left, ReadOnlyMemory<byte>? right) =>
        left.HasValue == right.HasValue && (left is null || left.Value.Span.SequenceEqual(right!.Value.Span));

    static byte[] EncodeContent(EventId eventId)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("event_id"u8, eventId.Value);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
