using System.Text.Json;
using System.Text.Unicode;
using Hybrid.Primitives;

namespace Hybrid.Http;

/// <summary>
/// Whether the strings of a JSON body are text. JSON parsers look at strings only when they are asked for, and much of what
/// clients send is kept and handed on as it is: what is no text would make answers to others unreadable.
/// </summary>
static class BodyText
{
    /// <summary>Null, or <c>M_NOT_JSON</c> for a body that is not UTF-8 (RFC 8259, section 8.1).</summary>
    public static MatrixError? CheckEncoding(ReadOnlySpan<byte> body) => Utf8.IsValid(body) ? null : MatrixError.NotJson("The body is not UTF-8.");

    /// <summary>Null, or <c>M_BAD_JSON</c> when an escape in the JSON <paramref name="body"/> is half of a surrogate pair, which strict parsers refuse.</summary>
    public static MatrixError? CheckEscapes(ReadOnlySpan<byte> body, int maxDepth)
    {
        if (body.IndexOf("\\u"u8) < 0)
            return null;

        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = maxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped && !IsText(ref reader))
                return MatrixError.BadJson("A string of the body has half of a surrogate pair.");
        }

        return null;
    }

    static bool IsText(ref Utf8JsonReader reader)
    {
        try
        {
            _ = reader.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
