using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Storage.Receipts;

namespace Hybrid.Federation.Outbound.Edus;

/// <summary>Puts receipts into <c>m.receipt</c> EDUs, as many into one as it has places for: one for each user in a room.</summary>
static class ReceiptContents
{
    public static EduBatch Pack(IReadOnlyList<(long Place, Receipt Receipt)> waiting, int maxEdus, int maxPerEdu)
    {
        var packed = new List<Dictionary<(RoomId, UserId), Receipt>>();
        var last = 0L;
        foreach (var (place, receipt) in waiting)
        {
            // Threads of one room that the same user reads in need an EDU each.
            var key = (receipt.RoomId, receipt.UserId);
            var edu = packed.Find(candidate => candidate.Count < maxPerEdu && !candidate.ContainsKey(key));
            if (edu is null)
            {
                if (packed.Count >= maxEdus)
                    break;
                packed.Add(edu = []);
            }

            edu.Add(key, receipt);
            last = place;
        }

        return packed.Count == 0 ? EduBatch.Empty : new EduBatch([.. packed.Select(static edu => new Edu("m.receipt", Encode(edu.Values)))], last);
    }

    static byte[] Encode(IEnumerable<Receipt> receipts)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var room in receipts.GroupBy(static receipt => receipt.RoomId))
            {
                writer.WriteStartObject(room.Key.Value);
                writer.WriteStartObject(ReceiptTypes.Read);
                foreach (var receipt in room)
                {
                    writer.WriteStartObject(receipt.UserId.Value);
                    writer.WriteStartObject("data"u8);
                    if (receipt.ThreadId is { } threadId)
                        writer.WriteString("thread_id"u8, threadId);
                    writer.WriteNumber("ts"u8, receipt.Timestamp);
                    writer.WriteEndObject();
                    writer.WriteStartArray("event_ids"u8);
                    writer.WriteStringValue(receipt.EventId.Value);
                    writer.WriteEndArray();
                    writer.WriteEndObject();
                }

                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
