using System.Buffers;
using System.Text;

namespace Hybrid.Storage.Postgres.Engine;

/// <summary>
/// Text as PostgreSQL can hold it. It refuses U+0000, which users may put into event types, transaction IDs and the like, so that
/// character is written as <see cref="Escape"/> and a digit; and so is the escape itself, a code point that is no character.
/// </summary>
static class StoredText
{
    const char Escape = '\uFDD0';

    static readonly SearchValues<char> Special = SearchValues.Create("\0\uFDD0");

    /// <summary>The text as it is stored. Half a surrogate pair becomes U+FFFD, as wherever else text becomes UTF-8.</summary>
    public static string Write(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') >= 0)
            text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        return text.AsSpan().ContainsAny(Special)
            ? text.Replace($"{Escape}", $"{Escape}1", StringComparison.Ordinal).Replace("\0", $"{Escape}0", StringComparison.Ordinal)
            : text;
    }

    /// <summary>The inverse of <see cref="Write"/>.</summary>
    public static string Read(string stored) =>
        stored.Contains(Escape, StringComparison.Ordinal)
            ? stored.Replace($"{Escape}0", "\0", StringComparison.Ordinal).Replace($"{Escape}1", $"{Escape}", StringComparison.Ordinal)
            : stored;
}
