using Hybrid.Primitives;
using Hybrid.Storage.Receipts;
using Hybrid.Storage.Sliding;
using Hybrid.Sync.Streams;

namespace Hybrid.Sync.Sliding.Extensions;

/// <summary>
/// Receipts (MSC3960): of a room that is new to the client those of the events that it is shown, and the user's own; then what changes.
/// </summary>
sealed class ReceiptExtension(ReceiptStream receipts) : ISlidingExtension
{
    public async ValueTask WriteAsync(SlidingTurn turn, SlidingBody body, CancellationToken cancellationToken)
    {
        var changed = await receipts.ReadChangedRoomsAsync(turn.Sync, cancellationToken);
        var wanted = turn.Request.Extensions.Receipts;
        if (wanted is not null)
            await WriteRoomsAsync(turn, wanted, changed, body, cancellationToken);

        foreach (var roomId in changed)
        {
            if ((wanted is null || !turn.Windows.IsFor(wanted, roomId)) && turn.Connection.Find(roomId) is { Receipts.IsLive: true } room)
                turn.Connection.Change(room with { Receipts = SentMark.UpTo(turn.Sync.After.Receipts) });
        }
    }

    async ValueTask WriteRoomsAsync(SlidingTurn turn, ExtensionRooms wanted, IReadOnlySet<RoomId> changed, SlidingBody body, CancellationToken cancellationToken)
    {
        body.Writer.WriteStartObject("receipts"u8);
        body.Writer.WriteStartObject("rooms"u8);
        foreach (var roomId in turn.RoomsFor(wanted, changed))
        {
            if (turn.Connection.Find(roomId) is not { } room || !turn.IsJoined(roomId))
                continue;

            var isNew = turn.StartsAnew(roomId) || room.Receipts.IsNever;
            if (!isNew && room.Receipts.IsLive && !changed.Contains(roomId))
                continue;

            var after = isNew ? 0 : room.Receipts.IsLive ? turn.Sync.After.Receipts : room.Receipts.Value;
            var found = await receipts.ReadAsync(roomId, after, turn.Sync, cancellationToken);
            if (isNew)
                found = OfShown(found, turn, roomId);
            turn.Connection.Change(room with { Receipts = SentMark.Live });
            if (found.Count == 0)
                continue;

            body.HasNews = true;
            body.Writer.WritePropertyName(roomId.Value);
            ReceiptStream.WriteAsOne(body.Writer, found);
        }

        body.Writer.WriteEndObject();
        body.Writer.WriteEndObject();
    }

    static List<Receipt> OfShown(IReadOnlyList<Receipt> receipts, SlidingTurn turn, RoomId roomId)
    {
        var shown = turn.Results.GetValueOrDefault(roomId)?.Timeline?.Events.Select(static stored => stored.EventId).ToHashSet() ?? [];
        return [.. receipts.Where(receipt => receipt.UserId == turn.Sync.UserId || shown.Contains(receipt.EventId))];
    }
}
