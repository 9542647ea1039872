using System.Text.Json;
using Hybrid.Storage.Push;

namespace Hybrid.Sync.Streams;

/// <summary>Writes <c>unread_notifications</c>, and apart from them <c>unread_thread_notifications</c> where the client tells threads apart.</summary>
static class UnreadWriter
{
    public static void Write(Utf8JsonWriter writer, UnreadCounts counts, bool byThread)
    {
        writer.WriteStartObject("unread_notifications"u8);
        WriteCount(writer, byThread ? counts.Main : counts.Total);
        writer.WriteEndObject();
        if (!byThread)
            return;

        writer.WriteStartObject("unread_thread_notifications"u8);
        foreach (var (root, count) in counts.Threads)
        {
            writer.WriteStartObject(root.Value);
            WriteCount(writer, count);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    static void WriteCount(Utf8JsonWriter writer, UnreadCount count)
    {
        writer.WriteNumber("notification_count"u8, count.Notifications);
        writer.WriteNumber("highlight_count"u8, count.Highlights);
    }
}
