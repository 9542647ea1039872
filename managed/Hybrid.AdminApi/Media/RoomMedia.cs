using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Storage.Media;
using Hybrid.Storage.Rooms;

namespace Hybrid.AdminApi.Media;

/// <summary>Media that the events of a room name: files and their thumbnails. What encrypted events name, nobody here can tell.</summary>
sealed class RoomMedia(IRoomStore rooms)
{
    const string Scheme = "mxc://";
    const int Page = 500;

    static readonly string[][] Places = [["url"], ["info", "thumbnail_url"], ["file", "url"], ["info", "thumbnail_file", "url"]];

    /// <summary>The media, each once, the oldest event's first.</summary>
    public async ValueTask<IReadOnlyList<(ServerName Server, MediaId Id)>> ReadAsync(RoomId roomId, CancellationToken cancellationToken)
    {
        var found = new OrderedDictionary<(ServerName, MediaId), bool>();
        for (long? after = 0; after is { } from;)
        {
            var page = await rooms.ReadTimelineAsync(new TimelineQuery(roomId, from, null, Backwards: false, Page), cancellationToken);
            foreach (var stored in page.Events)
            {
                foreach (var media in MediaOf(stored))
                    found.TryAdd(media, true);
            }

            after = page.Next;
        }

        return [.. found.Keys];
    }

    static List<(ServerName Server, MediaId Id)> MediaOf(StoredEvent stored)
    {
        var found = new List<(ServerName, MediaId)>();
        // Most events name none, and need not be taken apart.
        if (stored.Json.Span.IndexOf("mxc:"u8) < 0)
            return found;

        using var document = JsonDocument.Parse(stored.Json);
        var content = document.RootElement.GetProperty("content");
        foreach (var place in Places)
        {
            var at = content;
            if (place.All(name => at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out at)) && at.ValueKind == JsonValueKind.String
                && Parse(at.GetString()!) is { } media)
            {
                found.Add(media);
            }
        }

        return found;
    }

    static (ServerName Server, MediaId Id)? Parse(string uri) =>
        uri.StartsWith(Scheme, StringComparison.Ordinal) && uri[Scheme.Length..].Split('/') is [var server, var id]
            && ServerName.TryParse(server, out var name) && MediaId.TryParse(id, out var mediaId)
                ? (name, mediaId)
                : null;
}
