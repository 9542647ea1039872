using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace Hybrid.Primitives.Text;

/// <summary>Looks at JSON that came over the network for what parsers pass on unseen, so that no reader of it stumbles later.</summary>
public static class JsonText
{
    // Below what readers of stored events take (64), with room for what is put around them.
    static readonly JsonDocumentOptions Options = new() { MaxDepth = 60 };

    /// <summary>Null for a JSON object whose strings are all text; otherwise <c>M_NOT_JSON</c> or <c>M_BAD_JSON</c>.</summary>
    public static MatrixError? CheckObject(ReadOnlyMemory<byte> json)
    {
        // The parser takes strings as they come and would throw only when one is read.
        if (!Utf8.IsValid(json.Span))
            return MatrixError.NotJson("The body is not UTF-8.");

        try
        {
            using var document = JsonDocument.Parse(json, Options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return MatrixError.BadJson("The body must be a JSON object.");
        }
        catch (JsonException exception)
        {
            return MatrixError.NotJson($"The body is not JSON: {exception.Message}");
        }

        return HasLoneSurrogate(json.Span) ? MatrixError.BadJson("A string has half of a surrogate pair, which no text can have.") : null;
    }

    /// <summary>Whether an escape in <paramref name="json"/>, which must have been parsed, names half of a surrogate pair without the other half.</summary>
    static bool HasLoneSurrogate(ReadOnlySpan<byte> json)
    {
        // Backslashes are in strings only, and every one begins an escape.
        for (var at = json.IndexOf((byte)'\\'); at >= 0;)
        {
            var length = 2;
            if (json[at + 1] == 'u')
            {
                var unit = CodeUnit(json, at);
                length = char.IsHighSurrogate(unit) ? 12 : 6;
                if (char.IsLowSurrogate(unit) || (char.IsHighSurrogate(unit) && !IsLowSurrogate(json, at + 6)))
                    return true;
            }

            json = json[(at + length)..];
            at = json.IndexOf((byte)'\\');
        }

        return false;
    }

    static bool IsLowSurrogate(ReadOnlySpan<byte> json, int at) =>
        json[at] == '\\' && json[at + 1] == 'u' && char.IsLowSurrogate(CodeUnit(json, at));

    static char CodeUnit(ReadOnlySpan<byte> json, int escape) =>
        (char)ushort.Parse(json.Slice(escape + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
