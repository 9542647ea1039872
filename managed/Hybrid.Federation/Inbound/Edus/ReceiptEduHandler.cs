using System.Text.Json;
using Hybrid.Ephemeral.Receipts;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Storage.Receipts;

namespace Hybrid.Federation.Inbound.Edus;

/// <summary><c>m.receipt</c>: how far members of other servers have read. One for an event that is still on its way waits for it.</summary>
public sealed class ReceiptEduHandler(RoomRegistry rooms, ReceiptService receipts, EarlyReceipts early, TimeProvider time) : IEduHandler
{
    const int MaxRooms = 200;
    const int MaxUsers = 1000;
    const int MaxThreadId = 255;

    public string EduType => "m.receipt";

    public async ValueTask HandleAsync(ServerName origin, JsonElement content, CancellationToken cancellationToken)
    {
        if (!content.IsReadable())
            return;

        var left = MaxUsers;
        foreach (var inRoom in content.Members(MaxRooms))
        {
            // Other types are none, or not for others to see.
            if (inRoom.Value.ValueKind != JsonValueKind.Object || !inRoom.Value.TryGetProperty(ReceiptTypes.Read, out var read)
                || !RoomId.TryParse(inRoom.Name, out var roomId) || await rooms.FindAsync(roomId, cancellationToken) is not { } room)
                continue;

            var current = room.Current;
            if (!ServerAcl.Allows(current, origin))
                continue;

            foreach (var ofUser in read.Members(left))
            {
                left--;
                if (EduFields.TryParseUserOf(origin, ofUser.Name, out var userId) && current.IsJoined(userId) && Read(roomId, userId, ofUser.Value) is { } receipt)
                    await TakeAsync(receipt, cancellationToken);
            }
        }
    }

    async ValueTask TakeAsync(EarlyReceipt receipt, CancellationToken cancellationToken)
    {
        if (await SetAsync(receipt, cancellationToken))
            return;

        // It may have come between the two looks.
        early.Add(receipt);
        if (await SetAsync(receipt, cancellationToken))
            early.Take(receipt.EventId);
    }

    ValueTask<bool> SetAsync(EarlyReceipt receipt, CancellationToken cancellationToken) => receipts.TrySetRemoteAsync(
        receipt.RoomId, receipt.UserId, receipt.EventId, receipt.ThreadId, receipt.Timestamp, cancellationToken);

    EarlyReceipt? Read(RoomId roomId, UserId userId, JsonElement receipt)
    {
        if (receipt.ValueKind != JsonValueKind.Object || !receipt.TryGetProperty("event_ids", out var eventIds) || eventIds.ValueKind != JsonValueKind.Array
            || eventIds.GetArrayLength() == 0 || eventIds[0].ValueKind != JsonValueKind.String)
            return null;

        var data = receipt.TryGetProperty("data", out var found) ? found : default;
        var threadId = data.ValueKind == JsonValueKind.Object ? data.Text("thread_id") : null;
        if (!EventId.TryParse(eventIds[0].GetString(), out var eventId) || threadId is { Length: 0 or > MaxThreadId })
            return null;

        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return new EarlyReceipt(roomId, userId, eventId, threadId, Math.Clamp(data.Integer("ts") ?? now, 0, now));
    }
}
