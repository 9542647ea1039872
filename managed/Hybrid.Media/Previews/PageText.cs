using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace Hybrid.Media.Previews;

/// <summary>Turns the bytes of a page into text: by its mark, what the server claims, what the page claims, and what the bytes look like.</summary>
static partial class PageText
{
    // Where a page says what charset it has (HTML standard, "prescan a byte stream").
    const int PrescanLength = 4096;

    static PageText() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public static string Decode(byte[] bytes, string? claimed)
    {
        var (encoding, start) = Mark(bytes);
        encoding ??= Find(claimed) ?? Find(Prescan(bytes)) ?? (LooksLikeUtf8(bytes) ? Encoding.UTF8 : Find("windows-1252")!);
        return encoding.GetString(bytes, start, bytes.Length - start);
    }

    static (Encoding? Encoding, int Length) Mark(byte[] bytes) => bytes switch
    {
        [0xEF, 0xBB, 0xBF, ..] => (Encoding.UTF8, 3),
        [0xFE, 0xFF, ..] => (Encoding.BigEndianUnicode, 2),
        [0xFF, 0xFE, ..] => (Encoding.Unicode, 2),
        _ => (null, 0),
    };

    static string? Prescan(byte[] bytes)
    {
        var match = Charset().Match(Encoding.Latin1.GetString(bytes, 0, Math.Min(bytes.Length, PrescanLength)));
        return match.Success ? match.Groups[1].Value : null;
    }

    // Browsers take Latin-1 for the Windows charset that has more characters, and so do pages that claim it.
    static Encoding? Find(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
            return null;
        try
        {
            return Encoding.GetEncoding(name.Trim().ToUpperInvariant() is "ISO-8859-1" or "LATIN1" or "US-ASCII" ? "windows-1252" : name.Trim());
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    // The end may be cut off in the middle of a character.
    static bool LooksLikeUtf8(byte[] bytes)
    {
        for (var cut = 0; cut < 4 && cut <= bytes.Length; cut++)
        {
            if (Utf8.IsValid(bytes.AsSpan(0, bytes.Length - cut)))
                return true;
        }

        return false;
    }

    [GeneratedRegex("""<meta[^>]{0,500}charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""", RegexOptions.IgnoreCase)]
    private static partial Regex Charset();
}
