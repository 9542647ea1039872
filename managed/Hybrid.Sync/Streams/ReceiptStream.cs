using System.Collections.Frozen;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Storage.Receipts;
using Hybrid.Sync.Notifier;

namespace Hybrid.Sync.Streams;

/// <summary>Receipts: <c>m.receipt</c> among a room's ephemeral events, private ones to their owner alone.</summary>
sealed class ReceiptStream(IReceiptStore store, SyncNotifier notifier)
{
    /// <summary>Rooms with receipts in the turn's range that may concern the user; in an initial sync, where every room is looked at, none.</summary>
    public async ValueTask<IReadOnlySet<RoomId>> ReadChangedRoomsAsync(SyncTurn turn, CancellationToken cancellationToken)
    {
        var (after, upTo) = (turn.After.Receipts, turn.UpTo.Receipts);
        if (turn.IsInitial || after >= upTo)
            return FrozenSet<RoomId>.Empty;

        var changes = new List<ReceiptChange>();
        var rooms = new HashSet<RoomId>();
        if (notifier.Receipts.TryRead(after, upTo, changes) && !changes.Exists(change => change.RoomId is null && change.UserId == turn.UserId))
        {
            foreach (var change in changes)
            {
                if (change.RoomId is { } roomId)
                    rooms.Add(roomId);
            }

            return rooms;
        }

        // The user's own private receipts are announced without their room.
        foreach (var receipt in await store.ReadChangesAsync(after, upTo, cancellationToken))
            rooms.Add(receipt.RoomId);
        return rooms;
    }

    /// <summary>The receipts of a room in the range that the user may see.</summary>
    public async ValueTask<IReadOnlyList<Receipt>> ReadAsync(RoomId roomId, long after, SyncTurn turn, CancellationToken cancellationToken)
    {
        var receipts = await store.ReadRoomAsync(roomId, after, turn.UpTo.Receipts, cancellationToken);
        return [.. receipts.Where(receipt => receipt.UserId == turn.UserId || (!receipt.IsPrivate && !turn.Ignored.Contains(receipt.UserId)))];
    }

    /// <summary>How many <c>m.receipt</c> events of the room the filter lets through, beside <paramref name="others"/>.</summary>
    public static int Wanted(RoomId roomId, SyncTurn turn, int others)
    {
        var filter = turn.Filter.Ephemeral;
        return filter.AllowsRoom(roomId) && filter.AllowsType("m.receipt") && filter.AllowsNoSender ? Math.Max(0, (filter.Limit ?? int.MaxValue) - others) : 0;
    }

    /// <summary>
    /// Writes receipts as <c>m.receipt</c> events, at most <paramref name="most"/>. One has room for one receipt per event, type and user; where
    /// someone has read up to the same event in several ways, as threaded and as unthreaded, more events follow.
    /// </summary>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<Receipt> receipts, int most)
    {
        for (var rest = receipts; rest.Count > 0 && most > 0; most--)
        {
            var taken = rest.DistinctBy(static receipt => (receipt.EventId, receipt.Type, receipt.UserId)).ToList();
            WriteEvent(writer, taken);
            rest = taken.Count == rest.Count ? [] : [.. rest.Except(taken)];
        }
    }

    /// <summary>
    /// Writes receipts as one <c>m.receipt</c> event, for answers that have place for one in each room. Of someone who has read up to the
    /// same event in several ways, it tells the unthreaded one, which reaches furthest.
    /// </summary>
    public static void WriteAsOne(Utf8JsonWriter writer, IReadOnlyList<Receipt> receipts) => WriteEvent(
        writer,
        [.. receipts.OrderBy(static receipt => receipt.ThreadId is not null).DistinctBy(static receipt => (receipt.EventId, receipt.Type, receipt.UserId))]);

    static void WriteEvent(Utf8JsonWriter writer, List<Receipt> receipts)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "m.receipt"u8);
        writer.WriteStartObject("content"u8);
        foreach (var byEvent in receipts.GroupBy(static receipt => receipt.EventId))
        {
            writer.WriteStartObject(byEvent.Key.Value);
            foreach (var byType in byEvent.GroupBy(static receipt => receipt.Type))
            {
                writer.WriteStartObject(byType.Key);
                foreach (var receipt in byType)
                    WriteReceipt(writer, receipt);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    static void WriteReceipt(Utf8JsonWriter writer, Receipt receipt)
    {
        writer.WriteStartObject(receipt.UserId.Value);
        writer.WriteNumber("ts"u8, receipt.Timestamp);
        if (receipt.ThreadId is not null)
            writer.WriteString("thread_id"u8, receipt.ThreadId);
        writer.WriteEndObject();
    }
}
