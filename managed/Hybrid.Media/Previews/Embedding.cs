using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Hybrid.Media.Previews;

/// <summary>oEmbed (oembed.com): descriptions in JSON, for pages that say little in HTML.</summary>
static partial class Embedding
{
    // Sites whose pages are written by scripts, so that their HTML says nothing of use.
    static readonly (Regex Pages, string Endpoint)[] Providers =
    [
        (YouTube(), "https://www.youtube.com/oembed"),
        (Vimeo(), "https://vimeo.com/api/oembed.json"),
        (Twitter(), "https://publish.twitter.com/oembed"),
        (SoundCloud(), "https://soundcloud.com/oembed"),
        (Spotify(), "https://open.spotify.com/oembed"),
        (TikTok(), "https://www.tiktok.com/oembed"),
    ];

    /// <summary>Where to ask about a page instead of reading it; null: the page itself.</summary>
    public static Uri? EndpointOf(Uri page)
    {
        foreach (var (pages, endpoint) in Providers)
        {
            if (pages.IsMatch(page.AbsoluteUri))
                return new Uri($"{endpoint}?format=json&url={Uri.EscapeDataString(page.AbsoluteUri)}");
        }

        return null;
    }

    /// <summary>The OpenGraph properties that an answer comes to; null for one that is none.</summary>
    public static Dictionary<string, string>? Parse(Uri page, string json)
    {
        try
        {
            using var answer = JsonDocument.Parse(json);
            return answer.RootElement.ValueKind == JsonValueKind.Object ? Properties(page, answer.RootElement) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static Dictionary<string, string> Properties(Uri page, JsonElement answer)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal) { ["og:url"] = page.AbsoluteUri };
        Add("og:title", Text(answer, "title") is { } title ? WebUtility.HtmlDecode(title) : Text(answer, "author_name"));
        Add("og:site_name", Text(answer, "provider_name"));
        Add("og:image", Text(answer, "type") == "photo" ? Text(answer, "url") : Text(answer, "thumbnail_url"));
        Add("og:type", Text(answer, "type") switch
        {
            "video" => "video.other",
            "link" => "website",
            _ => null,
        });
        if (Text(answer, "type") is "rich" && Text(answer, "html") is { } html)
            Add("og:description", OpenGraph.TextOf(html));
        return properties;

        void Add(string name, string? value)
        {
            if (!string.IsNullOrWhiteSpace(value))
                properties[name] = value;
        }
    }

    static string? Text(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    [GeneratedRegex("""^https?://((www\.|m\.|music\.)?youtube\.com/(watch\?|shorts/|playlist\?|live/)|youtu\.be/.)""")]
    private static partial Regex YouTube();

    [GeneratedRegex("""^https?://(www\.|player\.)?vimeo\.com/.""")]
    private static partial Regex Vimeo();

    [GeneratedRegex("""^https?://(www\.|mobile\.)?(twitter|x)\.com/[^/]+/status(es)?/[0-9]""")]
    private static partial Regex Twitter();

    [GeneratedRegex("""^https?://(www\.|m\.)?soundcloud\.com/.""")]
    private static partial Regex SoundCloud();

    [GeneratedRegex("""^https?://open\.spotify\.com/.""")]
    private static partial Regex Spotify();

    [GeneratedRegex("""^https?://(www\.)?tiktok\.com/@[^/]+/video/""")]
    private static partial Regex TikTok();
}
