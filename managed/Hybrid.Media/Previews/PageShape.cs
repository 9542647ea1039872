namespace Hybrid.Media.Previews;

/// <summary>
/// Bounds how deeply the elements of a page are nested before it is parsed: what a parser does for each element grows with the depth,
/// and no page that means well is nested thousands deep.
/// </summary>
static class PageShape
{
    public const int MaxDepth = 1000;

    // Elements that close themselves or each other, and so add no depth however many there are.
    static readonly HashSet<string> Flat = new(StringComparer.OrdinalIgnoreCase)
    {
        "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "option", "p", "param", "source", "td", "th", "tr",
        "track", "wbr",
    };

    /// <summary>The page, or its beginning up to where it gets too deep.</summary>
    public static string Bound(string html)
    {
        var depth = 0;
        for (var at = html.IndexOf('<', StringComparison.Ordinal); at >= 0 && at + 1 < html.Length; at = html.IndexOf('<', at + 1))
        {
            var closes = html[at + 1] == '/';
            var start = closes ? at + 2 : at + 1;
            var end = start;
            while (end < html.Length && end - start < 16 && char.IsAsciiLetterOrDigit(html[end]))
                end++;
            if (end == start || Flat.Contains(html[start..end]))
                continue;
            if (closes)
                depth = Math.Max(0, depth - 1);
            else if (++depth > MaxDepth)
                return html[..at];
        }

        return html;
    }
}
