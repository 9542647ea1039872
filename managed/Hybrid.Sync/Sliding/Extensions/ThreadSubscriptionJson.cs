using System.Globalization;
using System.Text.Json;
using Hybrid.Storage.Threads;

namespace Hybrid.Sync.Sliding.Extensions;

/// <summary>Changes to what threads a user follows, as clients see them (MSC4308).</summary>
public static class ThreadSubscriptionJson
{
    /// <summary>Where the changes before these, oldest first, end.</summary>
    public static string Before(IReadOnlyList<ThreadSubscription> changes) => (changes[0].Position - 1).ToString(CultureInfo.InvariantCulture);

    /// <summary>Writes <c>subscribed</c> and <c>unsubscribed</c>, each where there is any.</summary>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<ThreadSubscription> changes)
    {
        foreach (var kind in changes.GroupBy(static change => change.IsSubscribed))
        {
            writer.WriteStartObject(kind.Key ? "subscribed"u8 : "unsubscribed"u8);
            foreach (var room in kind.GroupBy(static change => change.RoomId))
            {
                writer.WriteStartObject(room.Key.Value);
                foreach (var change in room)
                {
                    writer.WriteStartObject(change.RootId.Value);
                    if (change.IsSubscribed)
                        writer.WriteBoolean("automatic"u8, change.IsAutomatic);
                    writer.WriteNumber("bump_stamp"u8, change.Position);
                    writer.WriteEndObject();
                }

                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }
    }
}
