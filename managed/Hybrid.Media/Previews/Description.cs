using System.Text;
using AngleSharp.Dom;

namespace Hybrid.Media.Previews;

/// <summary>Gathers the first words of a page that describes itself with none.</summary>
sealed class Description
{
    const int Enough = 300;
    const int Most = 500;

    readonly StringBuilder _text = new();
    bool _space;

    /// <summary>Whether an element begins a new line.</summary>
    public static bool Breaks(string element) =>
        element is "p" or "div" or "br" or "li" or "tr" or "h1" or "h2" or "h3" or "h4" or "section" or "article" or "blockquote" or "pre";

    /// <summary>The text of a small element.</summary>
    public static string Of(IElement element)
    {
        var text = new Description();
        INode? node = element.FirstChild;
        while (node is not null && node != element)
        {
            if (node is IText words)
                text.Add(words.Data);
            if (node.FirstChild is { } child)
            {
                node = child;
                continue;
            }

            while (node is not null && node != element && node.NextSibling is null)
                node = node.Parent;
            node = node == element ? null : node?.NextSibling;
        }

        return text._text.ToString();
    }

    public void Add(string words)
    {
        foreach (var c in words)
        {
            if (_text.Length >= Most)
                return;
            if (char.IsWhiteSpace(c))
            {
                _space = _text.Length > 0;
                continue;
            }

            if (_space && _text[^1] != '\n')
                _text.Append(' ');
            _space = false;
            _text.Append(c);
        }
    }

    public void Break()
    {
        if (_text.Length > 0 && _text.Length < Enough && _text[^1] != '\n')
            _text.Append('\n');
        _space = false;
    }

    /// <summary>The text, cut at a word; null when there is none.</summary>
    public string? ToText()
    {
        var text = _text.ToString().TrimEnd();
        if (text.Length == 0)
            return null;
        if (text.Length <= Enough)
            return text;

        var end = text.LastIndexOfAny([' ', '\n'], Enough);
        if (end < Enough / 2)
            end = char.IsHighSurrogate(text[Enough - 1]) ? Enough - 1 : Enough;
        return text[..end] + "…";
    }
}
