using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Hybrid.Media.Previews;

/// <summary>What a page says about itself: its OpenGraph properties, or what stands in for them (specification, "URL previews"; ogp.me).</summary>
sealed class OpenGraph
{
    /// <summary>The most properties of a page; one with more is up to something.</summary>
    public const int MaxProperties = 50;

    const int MaxValue = 1000;
    const int MaxElements = 50_000;

    static readonly HashSet<string> Untold = new(StringComparer.OrdinalIgnoreCase)
    {
        "header", "nav", "aside", "footer", "script", "noscript", "style", "svg", "iframe", "video", "canvas", "img", "picture", "template", "head",
    };

    readonly Dictionary<string, string> _twitter = new(StringComparer.Ordinal);
    readonly Description _body = new();
    string? _title;
    string? _heading;
    string? _description;
    string? _itemImage;
    string? _icon;
    (double Area, string Source)? _picture;

    OpenGraph()
    {
    }

    /// <summary>Properties by their names, such as <c>og:title</c>.</summary>
    public Dictionary<string, string> Properties { get; } = new(StringComparer.Ordinal);

    /// <summary>Where the page offers an oEmbed description of itself.</summary>
    public string? EmbedLink { get; private set; }

    /// <summary>Reads a page. Nothing that it refers to is loaded, and no script runs.</summary>
    public static OpenGraph Parse(string html)
    {
        using var document = new HtmlParser().ParseDocument(PageShape.Bound(html));
        var found = new OpenGraph();
        found.Walk(document);
        found.Complete();
        return found;
    }

    /// <summary>The text of a fragment of HTML, for descriptions that come as such.</summary>
    public static string? TextOf(string html)
    {
        using var document = new HtmlParser().ParseDocument(PageShape.Bound(html));
        var found = new OpenGraph();
        found.Walk(document);
        return found._body.ToText();
    }

    // From node to node by their links: however deep a page is, this needs no stack.
    void Walk(IDocument document)
    {
        INode? node = document.DocumentElement;
        for (var seen = 0; node is not null && seen < MaxElements; seen++)
        {
            var isTold = true;
            if (node is IElement element)
            {
                isTold = element.LocalName == "head" || !Untold.Contains(element.LocalName);
                Take(element);
            }
            else if (node is IText text && IsInBody(text))
            {
                _body.Add(text.Data);
            }

            node = (isTold ? node.FirstChild : null) ?? Following(node);
        }
    }

    static bool IsInBody(IText text) => text.ParentElement is { LocalName: not ("head" or "title" or "html") };

    static INode? Following(INode node)
    {
        for (INode? at = node; at is not null; at = at.Parent)
        {
            if (at.NextSibling is { } next)
                return next;
        }

        return null;
    }

    void Take(IElement element)
    {
        switch (element.LocalName)
        {
            case "meta":
                TakeMeta(element);
                break;
            case "link":
                TakeLink(element);
                break;
            case "title":
                _title ??= Text(element.TextContent);
                break;
            case "h1" or "h2" or "h3":
                _heading ??= Text(Description.Of(element));
                break;
            case "img" when Text(element.GetAttribute("src")) is { } source:
                TakePicture(element, source);
                break;
        }

        if (Description.Breaks(element.LocalName))
            _body.Break();
    }

    void TakeMeta(IElement element)
    {
        if (Text(element.GetAttribute("content")) is not { } content)
            return;

        if (element.GetAttribute("property") is { } property
            && (property.StartsWith("og:", StringComparison.Ordinal) || property.StartsWith("article:", StringComparison.Ordinal)
                || property.StartsWith("profile:", StringComparison.Ordinal))
            && Properties.Count < MaxProperties)
        {
            Properties.TryAdd(property, content);
        }

        var name = element.GetAttribute("name") ?? element.GetAttribute("property") ?? "";
        if (name.StartsWith("twitter:", StringComparison.Ordinal) && _twitter.Count < MaxProperties)
            _twitter.TryAdd(name, content);
        if (string.Equals(name, "description", StringComparison.OrdinalIgnoreCase))
            _description ??= content;
        if (string.Equals(element.GetAttribute("itemprop"), "image", StringComparison.OrdinalIgnoreCase))
            _itemImage ??= content;
    }

    void TakeLink(IElement element)
    {
        if (Text(element.GetAttribute("href")) is not { } target)
            return;

        var relations = (element.GetAttribute("rel") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (relations.Any(static relation => relation.Contains("icon", StringComparison.OrdinalIgnoreCase)))
            _icon ??= target;
        if (element.GetAttribute("type") == "application/json+oembed" && relations.Any(static relation => relation is "alternate" or "alternative"))
            EmbedLink ??= target;
    }

    // The largest of those that say how large they are; otherwise the first.
    void TakePicture(IElement element, string source)
    {
        var area = Side(element, "width") * Side(element, "height");
        if (_picture is null || area > _picture.Value.Area)
            _picture = (area, source);
    }

    static double Side(IElement element, string name) => int.TryParse(element.GetAttribute(name), out var pixels) && pixels > 10 ? pixels : 0;

    void Complete()
    {
        foreach (var (name, value) in _twitter)
        {
            var known = name switch
            {
                "twitter:title" or "twitter:description" or "twitter:image" => "og" + name["twitter".Length..],
                "twitter:image:src" => "og:image",
                "twitter:site" => "og:site_name",
                _ => null,
            };
            if (known is not null)
                Properties.TryAdd(known, value);
        }

        AddUnlessThere("og:title", _title ?? _heading);
        AddUnlessThere("og:image", _itemImage ?? _picture?.Source ?? _icon);
        AddUnlessThere("og:description", _description ?? _body.ToText());
    }

    void AddUnlessThere(string name, string? value)
    {
        if (value is not null)
            Properties.TryAdd(name, value);
    }

    static string? Text(string? value)
    {
        var text = value is null ? "" : string.Join(' ', value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length switch
        {
            0 => null,
            > MaxValue => text[..(char.IsHighSurrogate(text[MaxValue - 1]) ? MaxValue - 1 : MaxValue)],
            _ => text,
        };
    }
}
